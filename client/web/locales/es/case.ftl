# Jobs: what goes on when a page is left
job-adding = Se están añadiendo los documentos
job-added = Qué pasó con los documentos
job-making = Se está preparando un archivo
job-done = Qué pasó con el archivo
job-progress = Avance
job-hint = Puede dejar esta página. Si el programa se bloquea entretanto, lo que ya llegó se sella y se guarda en este dispositivo, y se envía cuando usted lo desbloquee.
job-stop = Detener
job-forget = Ya lo vi
failure-stopped = Se detuvo antes de que le tocara.
    .safe = No se añadió. El archivo sigue donde estaba.
    .next = Añádalo de nuevo si lo quiere aquí.
failure-sealing = Lo último que añadió todavía se está sellando.
    .safe = No se pierde nada.
    .next = Espere un momento y desbloquee de nuevo.

# Files that are made
job-made = El archivo está listo. Queda en la memoria hasta que lo guarde, lo olvide o bloquee.
job-made-hint = Un archivo guardado lo puede leer quien lo tenga. El navegador recuerda su nombre y dónde se guardó.
job-save = Guardar
evidence = Paquete de pruebas
evidence-hint = Los documentos con el registro firmado de quién hizo qué, para alguien sin cuenta. Cualquiera puede comprobarlo con casevault evidence verify.
evidence-documents = Qué documentos
evidence-name = Nombre del archivo
evidence-keep = Si un documento dice más de lo que se ve: por qué va tal cual
evidence-recipients = Cifrarlo para (claves públicas de age, una por línea)
evidence-recipients-hint = Quien deba abrirlo crea una clave con age-keygen y le da la línea que empieza por age1. Si el campo está vacío, cualquiera que tenga el archivo puede leerlo.
evidence-make = Preparar el paquete
failure-larger-than-memory = Estos documentos son más de lo que cabe en la memoria.
    .safe = No se preparó nada.
    .next = Elija menos, o use la línea de órdenes.

# Who receives, and what a form lacks
whom-own = de esta organización
whom-partner = de otra organización:
whom-compared = Número de seguridad comparado
whom-not-compared = Número de seguridad sin comparar
whom-removed = Ya no es socia
whom-unknown = De una organización desconocida
share-limits = Hasta dónde llega el consentimiento
consent-recorded = Registrado por
consent-confirm = Confirmar que se dio
consent-second = Sigue a una retirada. Otra persona del equipo debe confirmar que se dio.
failure-no-recipient = No se eligió a nadie que lo reciba.
    .safe = No se compartió ni se registró nada. Lo que rellenó está abajo.
    .next = Elija con quién.
failure-no-content = No se eligió ningún documento ni parte del perfil.
    .safe = No se compartió ni se registró nada. Lo que rellenó está abajo.
    .next = Elija de qué se trata.
failure-no-purpose = No dice para qué.
    .safe = No se registró nada. Lo que rellenó está abajo.
    .next = Escriba para qué es.
failure-no-day = No se dio un día, o no es una fecha.
    .safe = No se registró nada. Lo que rellenó está abajo.
    .next = Elija el último día.
failure-day-past = El último día ya pasó.
    .safe = No se registró nada. Lo que rellenó está abajo.
    .next = Elija un día posterior y mire el reloj de este dispositivo.
failure-no-who = No dice quién acepta.
    .safe = No se registró nada. Lo que rellenó está abajo.
    .next = Elija quién acepta.
failure-no-age-recipient = El campo de claves no nombra a nadie.
    .safe = No se preparó nada, y nada queda legible para todos.
    .next = Pegue una clave que empiece por age1, o vacíe el campo para un paquete que cualquiera pueda leer.
failure-age-secret = Eso es una clave secreta.
    .safe = No se preparó nada, y la clave no se guardó.
    .next = Diga a su dueño que cree otra y que envíe solo la línea que empieza por age1.
failure-age-kind = Eso no es una clave pública de age.
    .safe = No se preparó nada. Lo que escribió está abajo.
    .next = Pegue una clave que empiece por age1, tal como la muestra age-keygen. No se admiten claves de SSH ni de complementos.
failure-age-mistyped = Una clave pública de age está cortada o mal copiada.
    .safe = No se preparó nada. Lo que escribió está abajo.
    .next = Copie otra vez toda la línea que empieza por age1.
failure-no-note = La nota está vacía.
    .safe = No se escribió nada.
    .next = Escriba algo, o déjelo.
failure-no-reason = Hace falta un motivo.
    .safe = No se cambió nada. Lo que rellenó está abajo.
    .next = Escriba por qué.
failure-no-erasure = Nadie pidió borrar este caso.
    .safe = No se cambió nada.
    .next = Sincronice y mire de nuevo: quizá alguien lo detuvo.
failure-no-guardian = La persona puede ser menor y no tiene tutor.
    .safe = No se cambió nada. Lo que rellenó está abajo.
    .next = Nombre primero un tutor, en el perfil.
failure-own-plan = Quien hizo un plan no puede aprobarlo.
    .safe = El plan sigue como estaba.
    .next = Pida a otra persona supervisora.
failure-handed-over = El caso se entregó, o está ofrecido a alguien.
    .safe = No se cambió nada.
    .next = Termine primero esa entrega si fue un error.
failure-not-offered = El caso no se ofrece a su equipo, o lo continúa otra persona.
    .safe = No se cambió nada.
    .next = Sincronice y mire entre sus casos.
failure-picture-pages = Este documento tiene más páginas de las que se pueden dibujar.
    .safe = El documento sigue como estaba.
    .next = Pídalo en partes.
failure-picture-box = Un recuadro no está en ninguna página, o no cubre nada.
    .safe = No se hizo ninguna copia. El documento sigue como estaba.
    .next = Revise los números de los recuadros.
failure-picture-system = El sistema no dio espacio para dibujar.
    .safe = El documento sigue como estaba.
    .next = Cierre otros programas e inténtelo de nuevo.

# Assistance
case-assistance = Asistencia
case-rights = Derechos y conservación
guardian-lacks = La persona puede ser menor y no tiene tutor. Un plan necesita uno antes.
guardian-name = Nombrar un tutor
records-service = Servicios
records-service-new = Un servicio nuevo
records-movement = Movimiento y retorno
records-movement-new = Un movimiento nuevo
records-follow-up = Seguimientos
records-follow-up-new = Un seguimiento nuevo
records-empty = Nada todavía.
records-add = Añadir
service-what = Qué servicio
service-other = O con sus propias palabras
overdue = Vencido
overdue-chip = Vencido
overdue-hint = Lo que debía hacerse antes de un día ya pasado, en todos los casos de este dispositivo; lo más antiguo primero.
overdue-none = No hay nada vencido.
overdue-service = servicio
overdue-movement = movimiento
overdue-follow-up = seguimiento
overdue-goal = objetivo
overdue-review = revisión del plan
plan = Plan de asistencia
plan-none = Todavía no hay plan.
plan-new = Hacer un plan
plan-another = Cambiar el plan
plan-make = Hacer este plan
plan-objectives = Para qué es
plan-review = Se revisa el
plan-goal = Objetivo { $n }
plan-goal-text = Qué se debe lograr
plan-by = Antes del
plan-draft = Borrador: sin aprobar
plan-unguarded = Borrador: hecho para un menor sin tutor
plan-approved = Aprobado
plan-approve = Aprobar el plan
goal-say = Decir qué fue de él
failure-no-service = No dice qué servicio.
    .safe = No se escribió nada. Lo que rellenó está abajo.
    .next = Elija uno, o escríbalo con sus palabras.
failure-no-movement = No dice qué tipo de movimiento.
    .safe = No se escribió nada. Lo que rellenó está abajo.
    .next = Elija uno.
failure-no-follow-up = No dice qué día.
    .safe = No se escribió nada. Lo que rellenó está abajo.
    .next = Escriba el día del seguimiento.
failure-no-objectives = El plan no dice para qué es.
    .safe = No se escribió nada. Lo que rellenó está abajo.
    .next = Escriba para qué es.
failure-half-goal = Un objetivo no tiene día, o no tiene texto.
    .safe = No se escribió nada. Lo que rellenó está abajo.
    .next = Rellene ambos, o vacíe ambos.

# Screening
screening = Evaluación inicial
screening-decision = Decisión sobre la condición
screening-decide = Registrar la decisión
question-vic_AgeWhenTrafficked = ¿Qué edad tenía la persona cuando empezó?
question-vic_MethodOfRecruitment = ¿Cómo fue captada la persona?
question-vic_RelationshipToTrafficker = ¿De dónde conoce la persona a quien la captó?
question-cv_Abducted = ¿Se llevaron a la persona por la fuerza?
question-vic_MethodsOfControl = ¿Cómo se controla o controlaba a la persona: amenazas, violencia, deudas, papeles retenidos?
question-cv_MethodsOfControl = ¿Se impide a la persona moverse libremente, o se usa a sus hijos en su contra?
question-vic_TypeOfExploitation = ¿Qué se obliga u obligaba a hacer a la persona?
question-cv_CountryOfExploitation = ¿En qué país?
question-cv_MonthsTrafficked = ¿Durante cuántos meses?
question-vic_Vulnerabilities = ¿Qué hizo o hace vulnerable a la persona?
question-prs_Birthdate = ¿Cuándo nació la persona?
question-cv_DocumentsHeld = ¿Qué documentos tiene la persona?
failure-half-decision = Una decisión necesita una condición, quién decidió y un día.
    .safe = No se escribió nada. Lo que rellenó está abajo.
    .next = Rellene los tres.

# Rights of the person, and keeping
why = Por qué
rights-copy = Una copia para la persona
rights-copy-hint = Todo lo que se guarda sobre la persona, como página para leer y los documentos, sin nombres del personal. Queda registrado que se dio.
rights-copy-language = Idioma de la copia
rights-copy-make = Preparar la copia
rights-correct = ¿Hay algo mal? Corríjalo en el perfil:
erasure = Borrado
erasure-hint = Dos personas lo dicen, y tras 30 días el caso ya no se abre. Lo que tienen los destinatarios y las cifras ya contadas quedan.
erasure-ask = Pedir el borrado
erasure-asked = Pedido por
erasure-confirmed = Confirmado por
erasure-confirm = Confirmar el borrado
erasure-second = Debe confirmarlo alguien del equipo que supervise, sea abogado o administre.
erasure-stop = Detenerlo
hold = Retenido por la ley
hold-on = La ley retiene este caso. No se puede borrar.
hold-off = La ley no retiene este caso.
hold-set = Retener el caso
hold-end = Terminar la retención
retention = Cuánto tiempo se guarda

# Sharing without consent, and handing over
overrides = Sin consentimiento
overrides-hint = Lo que ningún consentimiento cubre necesita un motivo y una segunda persona, y se comparte una vez. Queda registrado.
override-ask = Pedir compartir sin consentimiento
override-asked = Una segunda persona debe aprobarlo
override-approved = Aprobado
override-used = Se compartió
override-approve = Aprobar
override-second = Usted lo pidió. Debe aprobarlo alguien del equipo que supervise, sea abogado o administre.
hand-over = Entregar el caso
hand-over-hint = Se les ofrece continuar el caso. Cuando lo hagan, su equipo ya no escribe en él y sabrá qué pasa con lo compartido.
handover-offered = El caso se ofrece a:
handover-given = El caso se entregó a:
handover-taken = El caso se recibió de:
take-over = Continuar el caso
take-over-hint = Quien lo envía ofrece que su equipo continúe el caso. Todo lo compartido pasa a ser un caso suyo; se le avisa que lo tienen.
take-over-told = Se le dirá qué pasa con:
take-over-button = Continuarlo
dossier-opened-hint = Quien lo envía ve qué documentos abre usted y cuándo.
dossier-back = Volver a lo compartido
failure-no-title = El caso no tiene título.
    .safe = No se cambió nada.
    .next = Escriba una referencia como 2026-014.

# Copies that say less
document-save = Guardar una copia fuera
# The names of files that nobody named.
copy-name = copia
bundle-name = pruebas
# Between the parts of a list.
between = {", "}
document-custody = Qué se hizo con él y quién lo abrió
redact = Tachar
redact-hint = Dibuje recuadros en las páginas, o escríbalos en porcentaje de la página; las líneas que la cubren están cada 10 por ciento. Se hace una copia de lo que se ve, con los recuadros fijados y sin metadatos; el original queda.
redact-boxes = Recuadros
redact-page = Página
redact-x = Desde la izquierda %
redact-y = Desde arriba %
redact-width = Anchura %
redact-height = Altura %
redact-name = Nombre de la copia (o déjelo vacío)
redact-make = Hacer la copia
redact-more = Más recuadros
redact-strip = Quitar solo los metadatos
copy-lost = { $n ->
    [one] Una parte del original no se pudo dibujar y falta en esta copia. Mírela antes de entregarla.
   *[other] { $n } partes del original no se pudieron dibujar y faltan en esta copia. Mírela antes de entregarla.
}
redact-unseen = { $n ->
    [one] Una página más está en la copia y no se muestra aquí. Un recuadro en ella se escribe con números; mire toda la copia antes de entregarla.
   *[other] { $n } páginas más están en la copia y no se muestran aquí. Los recuadros en ellas se escriben con números; mire toda la copia antes de entregarla.
}
copy-redacted = Una copia tachada en parte, de:
copy-stripped = Una copia sin metadatos, de:
failure-box-numbers = A un recuadro le falta un número, o no es un número.
    .safe = No se hizo ninguna copia. Lo que escribió está abajo.
    .next = Escriba la página y cuatro números entre 0 y 100.
failure-no-box = No hay ningún recuadro.
    .safe = No se hizo ninguna copia.
    .next = Dibuje uno, o quite solo los metadatos.
failure-box-strip = Una copia sin metadatos no lleva los recuadros.
    .safe = No se hizo nada y el documento sigue como estaba.
    .next = Haga una copia tachada, o quite antes los recuadros.
failure-cut-short = Usted lo detuvo, o el programa se bloqueó.
    .safe = No se guardó nada. Consta que se abrió para esto.
    .next = Empiece de nuevo cuando lo quiera.
screening-open = { $n ->
    [0] Todas las preguntas tienen respuesta.
    [one] Queda una pregunta sin respuesta.
   *[other] Quedan { $n } preguntas sin respuesta.
}

# What a document says besides
document-found = Además de lo que se ve, dice:
found-location = dónde se hizo
found-author = quién lo hizo, o quién se nombra en él
found-device = con qué dispositivo
found-time = cuándo
found-thumbnail = una miniatura, quizá de un estado anterior
found-software = con qué programa
found-comment = comentarios, o su historia
found-embedded-file = un archivo dentro de él
found-unknown-kind = quizá cualquier cosa: este tipo no se puede examinar

# More of what was done
sharing-taken-over = Recibido para continuar
event-handover-offered = Caso ofrecido a otro equipo
event-takeover-offered = Caso ofrecido a otro equipo
event-case-handed-over = Caso entregado
event-case-taken-over = Caso recibido
event-dossier-received = Se recibió algo compartido
event-case-key-given = Clave del caso entregada
event-keys-forgotten = Claves antiguas olvidadas
event-ring-kept = Claves guardadas
event-unknown = Algo que conoce una versión posterior

# The signed form of a consent
consent-form = El formulario firmado
consent-no-form = Ninguno, o no está entre los documentos

# Cards of what is shared
share-by = Compartido por
share-under = Con el consentimiento de
share-under-none = Sin consentimiento: lo permitió una segunda persona
share-answer = Su respuesta:
share-not-opened = Aún no abierto
share-says-unsent = Todavía está en este dispositivo. Les llega cuando respondan los servidores.
share-says-not-allowed = Ni un consentimiento ni una segunda persona lo permite. No se envió a nadie.
share-says-sent = Pueden leerlo. Aún no han respondido.
share-says-accepted = Lo aceptaron y pueden leerlo.
share-says-rejected = No lo aceptaron.
share-says-done = Dicen que está hecho. Todavía pueden leerlo.
share-says-taken-over = Ellos continúan con el caso.
share-says-revoked = Su equipo lo terminó. Ya no pueden leerlo.
share-says-withdrawn = Se retiró el consentimiento. Ya no pueden leerlo.
share-says-expired = Pasó su último día. Ya no pueden leerlo.
share-says-unreadable = Lo que la bóveda guarda de ello no se verifica. Avise a un administrador.

# What is handed over
hand-over-given = Continúan con esto y con nada más:
hand-over-no-document = Ningún documento.
hand-over-told = Su equipo sabrá qué ocurre con
hand-over-sure = En cuanto continúen con él, nadie de su equipo escribe más en él. Hasta entonces puede retirar la oferta: termine lo compartido.
hand-over-kept = { $n ->
    [0] Todos los documentos del caso están incluidos.
    [one] Un documento del caso no se comparte con ellos y queda en su equipo.
   *[other] { $n } documentos del caso no se comparten con ellos y quedan en su equipo.
}
failure-no-telling = No se eligió nada de lo que informar a su equipo.
    .safe = El caso no se ofreció.
    .next = Elija al menos un campo.

# Versions of a document, and what it says besides
document-added = Añadido por
versions = Versiones
version = Versión { $n }
version-newest = La más reciente
version-to-newest = Ver la más reciente
back-to-document = Volver al documento
details = Detalles ocultos
details-show = Mostrar lo que dice
details-hint = Tal como lo tiene el archivo; quien lo hizo pudo escribir cualquier cosa. Solo se muestra aquí. Queda registrado que usted miró y qué tipos se encontraron.
details-none = No se encontró nada aparte de lo que se ve.
details-kind = Dice
details-name = Nombre en el archivo
details-value = Valor

# Boxes of a copy
redact-box = Recuadro { $n }
redact-without = Quitar
