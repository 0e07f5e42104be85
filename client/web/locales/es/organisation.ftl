# Bloqueo, y lo que se notó
unlock-windows = Sin scripts, las otras ventanas siguen mostrando lo que mostraban: ciérrelas.
alarm-times = { $n ->
    [one] Una vez
   *[other] { $n } veces
}
alarm-seen = Lo he visto
alarm-go-on = Seguir sin ello
alarm-without = Quienes tengan lo que falta pueden rechazar lo que se escriba después. Pregúnteles antes.
alarm-stays = Esto queda hasta que se arregle.
notice-look = Ver
notice-device-added = Se añadió otro dispositivo para { $who }.
notice-device-revoked = Se revocó un dispositivo de { $who }.
notice-recovery-policy = Hay reglas nuevas sobre quién puede abrir un equipo que perdió sus dispositivos.
notice-recovery-announced = { $who } anunció que el equipo { $team } se abrirá por recuperación.
notice-recovery-opened = El equipo { $team } se abrió por recuperación, como { $who } había anunciado.

# Ajustes de este dispositivo
settings-idle = Bloquearse si nadie lo usa durante
settings-minutes = { $n ->
    [one] Un minuto
   *[other] { $n } minutos
}
settings-passphrase = Cambiar la frase de paso
passphrase-old = Frase de paso actual
passphrase-change = Cambiarla
passphrase-changed = La frase de paso ha cambiado.
passphrase-copies = La anterior todavía abre copias antiguas de los archivos de este dispositivo, como las de seguridad. Destrúyalas si alguien puede conocerla.
protect = Frases de paso equivocadas
protect-words = Cada frase equivocada hace esperar más la siguiente. Si así lo elige, demasiadas destruyen lo que hay en este dispositivo.
protect-choose = Destruir lo que hay en este dispositivo
protect-never = Nunca
protect-after = { $n ->
    [one] Tras una
   *[other] Tras { $n } seguidas
}
wipe = Destruir todo lo de este dispositivo
wipe-words = Primero se van las claves: desde entonces nada de aquí se abre. Lo enviado queda en la bóveda; lo que espera envío se pierde.
wipe-sure = Lo quiero. No se puede deshacer.
wipe-button = Destruir ahora
travel = Casos para llevar al cruzar una frontera
travel-words = El texto de los casos elegidos se copia en un directorio propio, para leerlo allí con una frase de paso propia. No van con él claves ni documentos.
travel-directory = Directorio nuevo, con su ruta completa
travel-passphrase = Frase de paso de lo que se lleva; no la de este dispositivo
travel-make = Crearlo
travel-hint = Quien lo haga abrir lee estos casos. Deje este dispositivo o destruya lo que contiene.
travel-made = { $n ->
    [one] Contiene un caso.
   *[other] Contiene { $n } casos.
}

# La organización
organisation-parts = Partes de la organización
partners = Organizaciones socias
recovery = Recuperación
log = Registro de la organización
size-people = { $n ->
    [one] Una persona
   *[other] { $n } personas
}
size-devices = { $n ->
    [one] Un dispositivo
   *[other] { $n } dispositivos
}
size-teams = { $n ->
    [one] Un equipo
   *[other] { $n } equipos
}
invited = Invitaciones
invited-device = Un dispositivo suyo
invited-elsewhere = Invitación de otro dispositivo
invited-until = Hasta
invited-withdraw = Retirar la invitación
approve = Aprobar
approve-number = Pídale, por teléfono o en persona, el número que muestra su dispositivo. Debe ser este:
approve-compared = Lo he comparado entero y es el mismo.
approve-elsewhere = Quien hizo esta invitación la aprueba, en el dispositivo en que la hizo.
approved = Aprobado. Póngala en un equipo para que pueda trabajar.
withdrawn = Retirada. Nadie se une ya con ella.
back-to-people = Volver a las personas
devices-none = Ningún dispositivo.
device-name = Nombre del dispositivo
device-further = Añadir otro dispositivo suyo: su nombre
invite-again = Crear un código nuevo
invite-again-words = Esta persona perdió todos sus dispositivos. Un código nuevo la trae de vuelta como era.
remove = Quitar de la organización
remove-words = Desde entonces se rechazan sus dispositivos, y cada equipo en que estaba cambia sus claves. Mientras tanto se sigue trabajando.
removal-going = En marcha: { $done } de { $n } equipos.
removal-done = Está hecho, en lo que puede este dispositivo.
removal-teams = { $done } de { $n } equipos tienen sus claves nuevas.
removal-waits = Los demás las reciben cuando se sincronice el dispositivo de un miembro.
removal-empty = { $n ->
    [one] Un equipo se quedó sin dispositivos: solo la recuperación abre sus casos.
   *[other] { $n } equipos se quedaron sin dispositivos: solo la recuperación abre sus casos.
}
removal-freeze = Que nadie escriba en estos equipos hasta que se levante
removal-leave-empty = Aunque no quede nadie que pueda abrir los casos de un equipo
look-again = Volver a mirar

# Organizaciones socias
partners-hint = Nada se comparte con otra organización antes de que personas de ambas hayan comparado el número de abajo.
partners-empty = Todavía no hay socias.
partners-ourselves = Con qué nos nombran
partner-fingerprint = Huella
partner-add = Nombrar una socia
partner-add-button = Nombrarla
partner-number = Compare estas sesenta cifras con personas de la socia, en persona o por teléfono:
partner-compared = Hemos comparado los doce grupos y son los mismos.
partner-confirm = Confirmar la socia
partner-remove = Terminar la asociación
partner-added = Sin comparar
partner-confirmed = Confirmada
partner-removed = Terminada

# Lo que pasó en la organización
log-hint = Lo más reciente primero. Cada entrada está firmada y encadenada; ninguna puede quitarse.
log-root = La raíz de quien fundó
log-found = Se fundó la organización.
log-add-person = { $person } pertenece a la organización: { $role }.
log-add-device = { $person } tiene el dispositivo { $device }.
log-set-role = { $person } tiene otra función: { $role }.
log-remove-person = Se quitó a { $person }, con todos sus dispositivos, de todos los equipos.
log-revoke-device = Ya no se confía en el dispositivo { $device }.
log-create-directory = Hay un directorio de nombres.
log-create-team = Hay un equipo { $team }: { $person }.
log-create-recoverable-team = Hay un equipo { $team }, que los custodios pueden volver a abrir: { $person }.
log-add-to-team = { $person } está en el equipo { $team }.
log-remove-from-team = { $person } salió del equipo { $team }, que cambia sus claves.
log-rotate-team = El equipo { $team } debe cambiar sus claves.
log-freeze-team = La bóveda no acepta escritura del equipo { $team }.
log-unfreeze-team = La bóveda vuelve a aceptar escritura del equipo { $team }.
log-team-sealing-key = El equipo { $team } tiene la clave número { $number }.
log-void-commit = Un cambio del equipo { $team } es nulo: número { $number }.
log-add-partner = { $partner } será socia, una vez comparado el número.
log-confirm-partner = { $partner } es socia: se comparó el número.
log-remove-partner = { $partner } ya no es socia.
log-recovery-policy = Se propuso una recuperación, por { $number } de: { $person }.
log-approve-recovery-policy = Se aprobó la recuperación.
log-announce-recovery = El equipo { $team } se abrirá por recuperación, en el dispositivo { $device }.
log-cancel-recovery = Se canceló una recuperación anunciada.
log-recovery-opened = El equipo { $team } se abrió por recuperación, en el dispositivo { $device }.

# Un equipo
team-size = { $n ->
    [one] Un miembro
   *[other] { $n } miembros
}
back-to-teams = Volver a los equipos
team-generation = Número de su clave
team-nobody = No hay nadie.
team-keys = Claves
team-keys-words = Nada de lo que se escribe tras un cambio de claves se abre a quien solo tiene las antiguas.
team-freeze = Detener toda escritura
team-lift = Permitir otra vez la escritura
team-freeze-words = La bóveda rechaza o acepta lo que escriben los miembros; lo que tienen sigue legible.
team-void = Deshacer un cambio rechazado
team-void-words = Si el dispositivo de un miembro rechaza un cambio del equipo, es nulo, con todo lo construido sobre él.
team-changed = Está hecho, o espera el dispositivo de un miembro.
team-recoverable = Los custodios pueden volver a abrirlo si pierde todos sus dispositivos
team-recoverable-hint = Esto no puede elegirse después. Quiénes son los custodios se dice en:

# Lo que viene, se va y se hizo
waiting-parts = Partes de esta página
part-waiting = En espera
part-conflicts = Por decidir
part-activity = Últimamente
activity-words = Lo que se hizo en los casos leídos en este dispositivo, lo más reciente primero. El registro firmado completo de un caso es su cronología.
activity-none = Todavía no se hizo nada.

# Dos cambios de un campo
conflicts = Dos respuestas a una pregunta
conflicts-words = Usted y un colega escribieron cosas distintas en el mismo campo, sin saberlo. Ambas se guardan aquí hasta que diga cuál es correcta.
conflicts-none = No hay nada que decidir.
conflicts-count = { $n ->
    [one] Un campo tiene dos respuestas.
   *[other] { $n } campos tienen dos respuestas.
}
conflict-mine = Escrito en este dispositivo
conflict-keep = Esto es correcto
conflict-empty = Nada

# Recuperación
recovery-words = Si un equipo pierde todos sus dispositivos, sus custodios juntos pueden volver a abrirlo con hojas de papel, después de avisar a todos. Nadie más puede, ni ningún servidor.
recovery-none = Todavía no hay recuperación: lo que se pierde con el último dispositivo de un equipo queda perdido.
recovery-unset = Si un equipo pierde todos sus dispositivos, sus casos se pierden: haga antes las hojas para los custodios.
policy = Recuperación
policy-waiting = Espera a otra persona que administre
policy-in-force = En vigor
policy-threshold = { $n ->
    [one] Una hoja abre.
   *[other] { $n } hojas juntas, cualesquiera, abren un equipo.
}
policy-trustees = Custodios
policy-approved = Aprobado por
policy-delay = Se avisa a todos durante
policy-until = Termina el
policy-approve = Aprobarla
days = { $n ->
    [one] Un día
   *[other] { $n } días
}
announced = A punto de abrirse:
announced-by = Anunciado por
announced-device = En el dispositivo
announced-cancel = Detenerlo: el equipo queda cerrado
open-words = Cuando pasen los días de aviso, escriba las palabras de las hojas. Bastan cuatro letras de cada una.
open-sheet = { $n ->
    [one] Palabras de la primera hoja
   *[other] Palabras de la hoja { $n }
}
open-button = Abrir el equipo
recovery-create = Hacer las hojas
recovery-create-words = Cada custodio recibe una hoja de palabras. Se muestran una vez, una tras otra; tenga a mano papel y bolígrafo, o una impresora propia.
recovery-threshold = Cuántas hojas abren un equipo
recovery-create-button = Mostrar la primera hoja
announce = Abrir un equipo que perdió sus dispositivos
announce-words = Para un equipo que ya no tiene dispositivo, o que nadie puede abrir. Sus depositarios lo abren juntos, en tres pasos:
announce-button = Anunciarlo
recovery-done-approve = Aprobada.
recovery-done-cancel = Detenido: el equipo sigue cerrado.
recovery-done-announce = Anunciado. Se avisa a cada dispositivo.
recovery-done-open = Abierto: este dispositivo tiene las claves del equipo.
sheets = Hojas para los custodios
sheets-go-on = Hay hojas que esperan pasar a papel: continuar
sheets-left = { $done } de { $n } hojas están en papel.
sheet-for = Hoja para
sheet-number = Hoja
sheet-keep = Guárdela en papel, separada de las demás, y no la muestre a nadie.
sheets-words = Estas palabras no están en ningún otro lugar. Cópielas a mano o imprímalas; después se preguntan dos.
sheets-on-paper = Está en papel
sheets-proof = Escriba dos palabras desde el papel.
sheets-word = { $n ->
    [one] Palabra número { $n }
   *[other] Palabra número { $n }
}
sheets-check = Comprobar
sheets-back = Mostrar la hoja otra vez

# Empezar de nuevo
welcome-again = O volver tras una pérdida
welcome-again-words = Si perdió su dispositivo, quien administra lo revoca y le da un código nuevo: con él vuelve como era, y su equipo le da sus claves. Si todo su equipo perdió sus dispositivos, sus custodios lo abren con sus hojas, en Personas, una vez que le aprueben. Una copia de los archivos de un dispositivo perdido no se usa: pasaría por la de un ladrón.
welcome-again-join = Volver

# Trabajo para las cifras
statistics-going = En marcha: { $done } de { $n }.
statistics-done = Está hecho.
statistics-close = Cerrar un período
statistics-close-words = Un período terminado se cuenta una vez. Después nada se le añade ni se le quita.
statistics-close-button = Cerrarlo y contarlo
statistics-contribute = Enviar los recuentos de mis casos
statistics-contribute-words = Ocurre por sí mismo, en un momento al azar. Aquí puede hacerse enseguida. Se envían las respuestas que tienen lista, como género, grupo de edad y tipo de explotación, en dos mitades que ningún servidor lee por sí solo; ningún nombre, nota, documento ni fecha. Lo que se envía de un caso está con sus derechos.
statistics-contribute-button = Enviarlos ahora
statistics-tables = Tablas
statistics-csv = Tablas (CSV)
statistics-json = Para programas (JSON)
statistics-svg = Gráficos (SVG)
statistics-txt = Cómo se hizo (texto)
statistics-rest = Las últimas líneas son lo que queda de un total: no está indicado, o su cifra está suprimida. Con ellas la tabla concuerda con las demás.
statistics-records = Registros sintéticos
statistics-records-words = Se extraen solo de estas cifras; ninguno es una persona. Sirven a quien trabaja con una línea por caso.
statistics-records-count = Cuántos
statistics-records-form = Formato
statistics-records-button = Crear un archivo
counting = Contado en las cifras
counting-words = Un caso puede dejarse fuera de un período hasta que se cierre. Lo publicado no cambia.
counting-out = Dejarlo fuera
counting-in = Contarlo
counting-done-out = Queda fuera.
counting-done-in = Se cuenta.

# Fallos sobre personas, equipos, recuperación y servidores
failure-uncompared = Nadie dijo que se comparó el número.
    .safe = No se aprobó a nadie.
    .next = Compárelo por teléfono o en persona, e indíquelo encima del botón.
failure-directory-taken = Ya hay un perfil en ese directorio.
    .safe = Se dejó como estaba.
    .next = Nombre un directorio que aún no exista.
failure-team-taken = Un equipo ya tiene este nombre.
    .safe = No se cambió nada.
    .next = Elija otro nombre.
failure-person-taken = Alguien en la organización ya tiene este nombre, y no podrían distinguirse dos iguales.
    .safe = No se cambió nada.
    .next = Si es esa persona que vuelve sin dispositivo, abra su página y cree allí un código nuevo. Si es otra, elija otro nombre.
failure-unsure = Nadie dijo que es lo que quiere.
    .safe = No se destruyó nada.
    .next = Vuelva e indíquelo encima del botón.
failure-typed-back = No son las palabras de la hoja.
    .safe = La hoja sigue aquí.
    .next = Mire el papel, o haga mostrar la hoja otra vez.
failure-occupied = Todavía hay otra cosa en marcha.
    .safe = No se cambió nada.
    .next = Espere a que termine e inténtelo de nuevo.
failure-unclosed = Este período aún no tiene cifras.
    .safe = Lo contado sigue contado.
    .next = Quien analiza lo cierra cuando termina.
failure-period = Los servidores no hacen esto con ese período: no ha terminado, ya se cerró o es demasiado antiguo.
    .safe = No se cambió nada.
    .next = Elija otro período.
failure-no-analyst = Un servidor se negó: un período lo cierra quien analiza.
    .safe = No se cambió nada.
    .next = Pregunte a quien administra quién tiene esa función.
failure-invitation-ended = El dispositivo se unió a tiempo, pero la invitación terminó después.
    .safe = Se retiró: nadie entra con ella.
    .next = Invítela de nuevo; se une con el código nuevo en el mismo dispositivo.
failure-has-device = La persona tiene un dispositivo, y solo ese puede traer otro.
    .safe = No se cambió nada.
    .next = Allí crea el código. Si los perdió todos, revoque antes cada uno.
failure-many-devices = Tiene dieciséis dispositivos, y nadie tiene más a la vez.
    .safe = No se cambió nada.
    .next = Revoque uno que ya no use.
failure-last-administrator = Nadie más administra con un dispositivo.
    .safe = No se cambió nada.
    .next = Haga antes que otra persona administre.
failure-second-administrator = Usted revocó su último dispositivo: el siguiente debe traerlo otra persona que administre.
    .safe = No se cambió nada.
    .next = Pida a otra persona que administre que cree el código y lo apruebe.
failure-in-teams = La persona está en equipos con casos, y quien analiza no está en ninguno.
    .safe = No se cambió nada.
    .next = Quítela antes de cada equipo.
failure-fork-stays = Dos historias se excluyen. Eso no se descarta.
    .safe = Nada más se escribe en ninguna.
    .next = Avise a quien administra, por una vía que no use estos servidores.
failure-no-key-store = El almacén de claves de este equipo no responde.
    .safe = El perfil está bloqueado y sin cambios.
    .next = Inicie la sesión a la que pertenece e inténtelo de nuevo.
failure-key-store-locked = El almacén de claves de este equipo está bloqueado.
    .safe = El perfil está bloqueado y sin cambios.
    .next = Desbloquéelo e inténtelo de nuevo.
failure-certificates = Lo que debe avalar a los servidores no contiene certificados.
    .safe = No se envió nada.
    .next = Pregunte a quien opera los servidores.
failure-policy = La recuperación no puede funcionar así.
    .safe = No se creó nada.
    .next = Elija al menos dos custodios, al menos dos hojas para abrir y no más que custodios, y un día por venir.
failure-no-policy = Ninguna recuperación está en vigor.
    .safe = No se cambió nada.
    .next = Haga primero las hojas, en Recuperación; o indique que los custodios no abrirán este equipo.
failure-not-recoverable = El equipo no eligió recuperación cuando se creó.
    .safe = No se cambió nada.
    .next = Solo lo abre el dispositivo de un miembro.
failure-not-announced = Nadie anunció que este equipo se abra en este dispositivo.
    .safe = No se cambió nada.
    .next = Anúncielo antes; entonces empiezan los días de aviso.
failure-too-early = Los días de aviso no han terminado, según el reloj del servidor de claves.
    .safe = No se cambió nada.
    .next = Inténtelo cuando terminen.
failure-no-escrow = Las hojas son buenas, pero ningún dispositivo dejó las claves más nuevas del equipo antes de perderse.
    .safe = No se cambió nada.
    .next = Si aparece el dispositivo de un miembro, sincronícelo.
failure-share-count = Hay { $detail } palabras; una hoja tiene 35.
    .safe = No se abrió nada.
    .next = Compare las palabras con la hoja y escríbalas otra vez; sirven también otras hojas buenas.
failure-share-unknown = Estas palabras no están en ninguna hoja, contadas desde la primera: { $detail }.
    .safe = No se abrió nada.
    .next = Compare las palabras con la hoja y escríbalas otra vez; sirven también otras hojas buenas.
failure-share-wrong = Una palabra es errónea, según las otras: { $detail }.
    .safe = No se abrió nada.
    .next = Compare las palabras con la hoja y escríbalas otra vez; sirven también otras hojas buenas.
failure-share-several = Hay más de una palabra errónea.
    .safe = No se abrió nada.
    .next = Compare las palabras con la hoja y escríbalas otra vez; sirven también otras hojas buenas.
failure-share-version = Las palabras no son de ninguna hoja que este programa conozca.
    .safe = No se abrió nada.
    .next = Compare las palabras con la hoja y escríbalas otra vez; sirven también otras hojas buenas.
failure-share-other = La hoja es de otra recuperación.
    .safe = No se abrió nada.
    .next = Compare las palabras con la hoja y escríbalas otra vez; sirven también otras hojas buenas.
failure-share-altered = La hoja no es la que se dio a su custodio.
    .safe = No se abrió nada.
    .next = Compare las palabras con la hoja y escríbalas otra vez; sirven también otras hojas buenas.
failure-share-repeated = La hoja se dio dos veces.
    .safe = No se abrió nada.
    .next = Compare las palabras con la hoja y escríbalas otra vez; sirven también otras hojas buenas.
failure-share-few = Muy pocas hojas son buenas: { $detail }.
    .safe = No se abrió nada.
    .next = Compare las palabras con la hoja y escríbalas otra vez; sirven también otras hojas buenas.
failure-server-malformed = Un servidor no entiende este programa: sus versiones serán distintas.
    .safe = No se cambió nada.
    .next = Use la versión más nueva y avise a quien opera el servidor.
failure-server-too-large = Es más grande de lo que acepta el servidor.
    .safe = No se guardó nada.
    .next = Divídalo en partes más pequeñas.
failure-refused = Un servidor se negó: este dispositivo no tiene acceso allí, o ya no lo tiene.
    .safe = Lo que tiene este dispositivo no ha cambiado.
    .next = Sincronice; si también se niega, pregunte a quien administra si se quitó el dispositivo.
failure-nonce = Un servidor no tomó la petición por reciente.
    .safe = No se cambió nada.
    .next = Inténtelo de nuevo; si sigue, avise a quien opera el servidor.
failure-stale = Las claves del equipo cambiaron desde la última sincronización de este dispositivo.
    .safe = Lo que escribió sigue en este dispositivo.
    .next = Sincronice e inténtelo de nuevo.
failure-frozen = El equipo está congelado: la bóveda no acepta escritura.
    .safe = Lo que escribió sigue en este dispositivo.
    .next = Pregunte a quien administra cuándo se levanta.
failure-upload = Un envío no continúa donde está el servidor.
    .safe = El documento sigue en este dispositivo.
    .next = Sincronice: sigue desde lo que tiene el servidor.
failure-quota = El equipo agotó su espacio en la bóveda.
    .safe = Lo que escribió sigue en este dispositivo.
    .next = Pida más espacio a quien opera la bóveda.
failure-server-full = El disco del servidor está lleno; no guardó nada.
    .safe = Lo que escribió sigue en este dispositivo.
    .next = Avise a quien opera el servidor y sincronice después.
failure-busy = Un servidor tiene ahora demasiado que hacer.
    .safe = Lo que escribió sigue en este dispositivo.
    .next = Inténtelo de nuevo en un minuto.
failure-statement = Las reglas de la organización no lo permiten, tal como está ahora.
    .safe = No se cambió nada.
    .next = Mire lo que pasó: quizá un colega cambió lo mismo.
failure-unavailable = Un servidor se está deteniendo o falló.
    .safe = Lo que escribió sigue en este dispositivo.
    .next = Inténtelo de nuevo en un minuto.

# What of a case is counted
counting-look = Qué se cuenta de este caso, y cómo dejarlo fuera
counting-how = Cada caso abierto cuenta una vez por trimestre y una vez al año. El programa envía un informe por sí mismo, en un momento al azar.
counting-sent = Esto se envía, según está el caso ahora
counting-nothing = Solo que hay un caso: nada de su perfil se cuenta todavía.
counting-unsent = Esto nunca se envía
counting-unsent-names = nombres, la referencia del caso, números y direcciones
counting-unsent-texts = notas y todo lo que se escribe con palabras propias
counting-unsent-documents = documentos, consentimientos y lo que se comparte
counting-unsent-days = días: de una fecha de nacimiento solo el grupo de edad, de una identificación solo el año
counting-unsent-who = quién de su equipo lo escribió
counting-split = El informe se divide en dos mitades, una para cada servidor, y ninguna dice nada por sí sola. Los dos servidores juntos podrían leerlo; las cifras dicen quién los opera. Lo publicado se cambia un poco al azar, y las cifras pequeñas se omiten.
counting-choose = Dejarlo fuera o contarlo

# Opening a team by recovery
announced-warned = Todos están avisados
announced-due = Puede abrirse
announced-from = Puede abrirse desde
announced-number = Número de ese dispositivo, para comparar:
announced-stop-words = Si nadie perdió sus dispositivos, o si no conoce este dispositivo, deténgalo: el equipo queda cerrado. Pueden hacerlo los administradores, los depositarios y los miembros del equipo.
announce-first = Usted lo anuncia: se avisa a cada dispositivo de la organización, con el nombre de quien lo anunció.
announce-warned = { $n ->
    [one] Durante un día, cualquier persona afectada puede detenerlo. Nada se abre antes, según el reloj del servidor de claves.
   *[other] Durante { $n } días, cualquier persona afectada puede detenerlo. Nada se abre antes, según el reloj del servidor de claves.
}
announce-opened = { $n ->
    [one] Luego se escriben las palabras de una hoja en el dispositivo que usted nombra aquí, y los casos del equipo se abren en él.
   *[other] Luego se escriben las palabras de { $n } hojas en el dispositivo que usted nombra aquí, y los casos del equipo se abren en él.
}
open-title = Escribir las palabras de las hojas
open-elsewhere = Las palabras se escriben en ese dispositivo, en su propia página de recuperación.
open-entered = No hubo que abrir nada: el dispositivo de un miembro dejó entrar a este.
open-unneeded = Estas hojas no hacían falta y están mal:
open-bad = Qué está mal en cada una:
policy-sheets = Nombre en sus hojas
