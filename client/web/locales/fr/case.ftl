# Jobs: what goes on when a page is left
job-adding = Ajout des documents en cours
job-added = Ce que sont devenus les documents
job-making = Fichier en préparation
job-done = Ce qu’est devenu le fichier
job-progress = Avancement
job-hint = Vous pouvez quitter cette page. Si le programme se verrouille entre-temps, ce qui est arrivé est scellé et gardé sur cet appareil, puis envoyé au déverrouillage.
job-stop = Arrêter
job-forget = Je l’ai vu
failure-stopped = Arrêté avant que ce soit son tour.
    .safe = Il n’a pas été ajouté. Le fichier est resté où il était.
    .next = Ajoutez-le de nouveau si vous le voulez ici.
failure-sealing = Ce que vous avez ajouté en dernier est encore en train d’être scellé.
    .safe = Rien n’en est perdu.
    .next = Attendez un instant, puis déverrouillez de nouveau.

# Files that are made
job-made = Le fichier est prêt. Il reste en mémoire jusqu’à ce que vous l’enregistriez, l’oubliiez ou verrouilliez.
job-made-hint = Un fichier enregistré peut être lu par qui l’a. Le navigateur retient son nom et son emplacement.
job-save = Enregistrer
evidence = Dossier de preuves
evidence-hint = Les documents avec le registre signé de qui a fait quoi, pour quelqu’un sans compte. Chacun peut les vérifier avec casevault evidence verify.
evidence-documents = Quels documents
evidence-name = Nom du fichier
evidence-keep = Si un document dit plus que ce qui se voit : pourquoi il part tel quel
evidence-recipients = Chiffrer pour (clés publiques age, une par ligne)
evidence-recipients-hint = Qui doit l’ouvrir fabrique une clé avec age-keygen et vous donne la ligne qui commence par age1. Si le champ est vide, quiconque a le fichier peut le lire.
evidence-make = Préparer le dossier
failure-larger-than-memory = Ces documents sont plus que ce qui tient en mémoire.
    .safe = Rien n’a été préparé.
    .next = Choisissez-en moins, ou utilisez la ligne de commande.

# Who receives, and what a form lacks
whom-own = de cette organisation
whom-partner = d’une autre organisation :
whom-compared = Numéro de sécurité comparé
whom-not-compared = Numéro de sécurité non comparé
whom-removed = N’est plus partenaire
whom-unknown = D’une organisation inconnue
share-limits = Jusqu’où va le consentement
consent-recorded = Noté par
consent-confirm = Confirmer qu’il a été donné
consent-second = Il suit un retrait. Un ou une collègue doit confirmer qu’il a été donné.
failure-no-recipient = Aucun destinataire n’a été choisi.
    .safe = Rien n’a été partagé ni noté. Ce que vous avez rempli est ci-dessous.
    .next = Choisissez avec qui.
failure-no-content = Aucun document et aucune partie du profil n’ont été choisis.
    .safe = Rien n’a été partagé ni noté. Ce que vous avez rempli est ci-dessous.
    .next = Choisissez de quoi il s’agit.
failure-no-purpose = Le but n’est pas indiqué.
    .safe = Rien n’a été noté. Ce que vous avez rempli est ci-dessous.
    .next = Écrivez le but.
failure-no-day = Aucun jour n’a été donné, ou ce n’est pas une date.
    .safe = Rien n’a été noté. Ce que vous avez rempli est ci-dessous.
    .next = Choisissez le dernier jour.
failure-day-past = Le dernier jour est déjà passé.
    .safe = Rien n’a été noté. Ce que vous avez rempli est ci-dessous.
    .next = Choisissez un jour plus tardif, et vérifiez l’horloge de cet appareil.
failure-no-who = Il n’est pas dit qui accepte.
    .safe = Rien n’a été noté. Ce que vous avez rempli est ci-dessous.
    .next = Choisissez qui accepte.
failure-no-age-recipient = Le champ des clés ne nomme personne.
    .safe = Rien n’a été préparé, et rien n’est lisible par tous.
    .next = Collez une clé qui commence par age1, ou videz le champ pour un dossier que chacun peut lire.
failure-age-secret = C’est une clé secrète.
    .safe = Rien n’a été préparé, et la clé n’a pas été gardée.
    .next = Dites à son propriétaire d’en fabriquer une autre, et de n’envoyer que la ligne qui commence par age1.
failure-age-kind = Ce n’est pas une clé publique age.
    .safe = Rien n’a été préparé. Ce que vous avez rempli est ci-dessous.
    .next = Collez une clé qui commence par age1, telle qu’age-keygen la montre. Les clés SSH ou d’extensions ne sont pas acceptées.
failure-age-mistyped = Une clé publique age est coupée ou mal recopiée.
    .safe = Rien n’a été préparé. Ce que vous avez rempli est ci-dessous.
    .next = Copiez encore une fois toute la ligne qui commence par age1.
failure-no-note = La note est vide.
    .safe = Rien n’a été écrit.
    .next = Écrivez quelque chose, ou laissez.
failure-no-reason = Il faut une raison.
    .safe = Rien n’a été changé. Ce que vous avez rempli est ci-dessous.
    .next = Écrivez pourquoi.
failure-no-erasure = Personne n’a demandé l’effacement de ce dossier.
    .safe = Rien n’a été changé.
    .next = Synchronisez et regardez de nouveau : quelqu’un l’a peut-être arrêté.
failure-no-guardian = La personne est peut-être mineure et n’a pas de tuteur.
    .safe = Rien n’a été changé. Ce que vous avez rempli est ci-dessous.
    .next = Nommez d’abord un tuteur, dans le profil.
failure-own-plan = Qui a fait un plan ne peut l’approuver.
    .safe = Le plan est resté tel quel.
    .next = Demandez à une autre personne responsable.
failure-handed-over = Le dossier a été transmis, ou est proposé à quelqu’un.
    .safe = Rien n’a été changé.
    .next = Mettez d’abord fin à ce partage si c’était une erreur.
failure-not-offered = Le dossier n’est pas proposé à votre équipe, ou un collègue le poursuit.
    .safe = Rien n’a été changé.
    .next = Synchronisez, et regardez parmi vos dossiers.
failure-picture-pages = Ce document a plus de pages qu’on ne peut en dessiner.
    .safe = Le document est resté tel quel.
    .next = Demandez-le en plusieurs parties.
failure-picture-box = Un cadre n’est sur aucune page, ou ne couvre rien.
    .safe = Aucune copie n’a été faite. Le document est resté tel quel.
    .next = Vérifiez les nombres des cadres.
failure-picture-system = Le système n’a pas donné de place pour dessiner.
    .safe = Le document est resté tel quel.
    .next = Fermez d’autres programmes, puis réessayez.

# Assistance
case-assistance = Assistance
case-rights = Droits et conservation
guardian-lacks = La personne est peut-être mineure et n’a pas de tuteur. Un plan en demande un d’abord.
guardian-name = Nommer un tuteur
records-service = Services
records-service-new = Un nouveau service
records-movement = Déplacement et retour
records-movement-new = Un nouveau déplacement
records-follow-up = Suivis
records-follow-up-new = Un nouveau suivi
records-empty = Rien pour l’instant.
records-add = Ajouter
service-what = Quel service
service-other = Ou dans vos propres mots
overdue = En retard
overdue-chip = En retard
overdue-hint = Ce qui devait être fait avant un jour déjà passé, dans tous les dossiers de cet appareil ; le plus ancien d’abord.
overdue-none = Rien n’est en retard.
overdue-service = service
overdue-movement = déplacement
overdue-follow-up = suivi
overdue-goal = objectif
overdue-review = révision du plan
plan = Plan
plan-none = Il n’y a pas encore de plan.
plan-new = Faire un plan
plan-another = Changer le plan
plan-make = Faire ce plan
plan-objectives = À quoi il sert
plan-review = À revoir le
plan-goal = Objectif { $n }
plan-goal-text = Ce qui doit être atteint
plan-by = Avant le
plan-draft = Ébauche : pas encore approuvée
plan-unguarded = Ébauche : faite pour une personne mineure sans tuteur
plan-approved = Approuvé
plan-approve = Approuver le plan
goal-say = Dire ce qu’il en est
failure-no-service = Le service n’est pas indiqué.
    .safe = Rien n’a été écrit. Ce que vous avez rempli est ci-dessous.
    .next = Choisissez-en un, ou écrivez-le dans vos mots.
failure-no-movement = Le type de déplacement n’est pas indiqué.
    .safe = Rien n’a été écrit. Ce que vous avez rempli est ci-dessous.
    .next = Choisissez-en un.
failure-no-follow-up = Le jour n’est pas indiqué.
    .safe = Rien n’a été écrit. Ce que vous avez rempli est ci-dessous.
    .next = Écrivez le jour du suivi.
failure-no-objectives = Le plan ne dit pas à quoi il sert.
    .safe = Rien n’a été écrit. Ce que vous avez rempli est ci-dessous.
    .next = Écrivez à quoi il sert.
failure-half-goal = Un objectif n’a pas de jour, ou pas de texte.
    .safe = Rien n’a été écrit. Ce que vous avez rempli est ci-dessous.
    .next = Remplissez les deux, ou videz les deux.

# Screening
screening = Évaluation initiale
screening-decision = Décision sur le statut
screening-decide = Noter la décision
question-vic_AgeWhenTrafficked = Quel âge avait la personne au début ?
question-vic_MethodOfRecruitment = Comment la personne a-t-elle été recrutée ?
question-vic_RelationshipToTrafficker = D’où la personne connaît-elle qui l’a recrutée ?
question-cv_Abducted = La personne a-t-elle été enlevée de force ?
question-vic_MethodsOfControl = Comment la personne est-elle, ou était-elle, contrôlée : menaces, violence, dettes, papiers retenus ?
question-cv_MethodsOfControl = La personne est-elle empêchée de circuler, ou se sert-on de ses enfants contre elle ?
question-vic_TypeOfExploitation = Qu’oblige-t-on, ou qu’obligeait-on, la personne à faire ?
question-cv_CountryOfExploitation = Dans quel pays ?
question-cv_MonthsTrafficked = Pendant combien de mois ?
question-vic_Vulnerabilities = Qu’est-ce qui a rendu, ou rend, la personne vulnérable ?
question-prs_Birthdate = Quand la personne est-elle née ?
question-cv_DocumentsHeld = Quels papiers la personne a-t-elle ?
failure-half-decision = Une décision demande un statut, qui a décidé, et un jour.
    .safe = Rien n’a été écrit. Ce que vous avez rempli est ci-dessous.
    .next = Remplissez les trois.

# Rights of the person, and keeping
why = Pourquoi
rights-copy = Une copie pour la personne
rights-copy-hint = Tout ce qui est gardé sur la personne, comme page à lire avec les documents, sans noms du personnel. Que la copie a été donnée est noté.
rights-copy-language = Langue de la copie
rights-copy-make = Préparer la copie
rights-correct = Quelque chose y est faux ? Corrigez-le dans le profil :
erasure = Effacement
erasure-hint = Deux personnes le disent, et après 30 jours le dossier ne s’ouvre plus. Ce que les destinataires ont, et les chiffres déjà comptés, restent.
erasure-ask = Demander l’effacement
erasure-asked = Demandé par
erasure-confirmed = Confirmé par
erasure-confirm = Confirmer l’effacement
erasure-second = Une personne responsable, juriste ou de l’administration dans l’équipe doit le confirmer.
erasure-stop = L’arrêter
hold = Retenu par la loi
hold-on = La loi retient ce dossier. Il ne peut être effacé.
hold-off = La loi ne retient pas ce dossier.
hold-set = Retenir le dossier
hold-end = Mettre fin à la retenue
retention = Combien de temps il est gardé

# Sharing without consent, and handing over
overrides = Sans consentement
overrides-hint = Ce qu’aucun consentement ne couvre demande une raison et une deuxième personne, et n’est partagé qu’une fois. Cela reste noté.
override-ask = Demander à partager sans consentement
override-asked = Une deuxième personne doit l’approuver
override-approved = Approuvé
override-used = Cela a été partagé
override-approve = Approuver
override-second = Vous l’avez demandé. Une personne responsable, juriste ou de l’administration dans l’équipe doit l’approuver.
hand-over = Transmettre le dossier
hand-over-hint = On leur propose de poursuivre le dossier. Dès lors votre équipe n’y écrit plus, et apprend ce que devient ce qui a été partagé.
handover-offered = Le dossier est proposé à :
handover-given = Le dossier a été transmis à :
handover-taken = Le dossier a été repris de :
take-over = Poursuivre le dossier
take-over-hint = L’expéditeur propose que votre équipe poursuive le dossier. Tout ce qui est partagé devient un dossier à vous ; il apprend que vous l’avez.
take-over-told = Il apprend ce que deviennent :
take-over-button = Le poursuivre
dossier-opened-hint = L’expéditeur voit quels documents vous ouvrez, et quand.
dossier-back = Retour à ce qui est partagé
failure-no-title = Le dossier n’a pas de titre.
    .safe = Rien n’a été changé.
    .next = Écrivez une référence comme 2026-014.

# Copies that say less
document-save = Enregistrer une copie dehors
# The names of files that nobody named.
copy-name = copie
bundle-name = preuves
# Between the parts of a list.
between = {", "}
document-custody = Ce qui en a été fait, et qui l’a ouvert
redact = Noircir
redact-hint = Dessinez des cadres sur les pages, ou écrivez-les en pour cent de la page ; les lignes qui la couvrent sont espacées de 10 pour cent. Une copie est faite de ce qui se voit, les cadres incrustés et sans métadonnées ; l’original reste.
redact-boxes = Cadres
redact-page = Page
redact-x = Depuis la gauche %
redact-y = Depuis le haut %
redact-width = Largeur %
redact-height = Hauteur %
redact-name = Nom de la copie (ou laissez vide)
redact-make = Faire la copie
redact-more = Plus de cadres
redact-strip = Ôter seulement les métadonnées
copy-lost = { $n ->
    [one] Une partie de l’original n’a pas pu être dessinée et manque dans cette copie. Regardez-la avant de la donner.
   *[other] { $n } parties de l’original n’ont pas pu être dessinées et manquent dans cette copie. Regardez-la avant de la donner.
}
redact-unseen = { $n ->
    [one] Une page de plus est dans la copie et n’est pas montrée ici. Un cadre s’y écrit en chiffres ; regardez toute la copie avant de la donner.
   *[other] { $n } pages de plus sont dans la copie et ne sont pas montrées ici. Les cadres s’y écrivent en chiffres ; regardez toute la copie avant de la donner.
}
copy-redacted = Une copie noircie en partie, de :
copy-stripped = Une copie sans métadonnées, de :
failure-box-numbers = Il manque un nombre à un cadre, ou ce n’en est pas un.
    .safe = Aucune copie n’a été faite. Ce que vous avez écrit est ci-dessous.
    .next = Écrivez la page, et quatre nombres entre 0 et 100.
failure-no-box = Il n’y a pas de cadre.
    .safe = Aucune copie n’a été faite.
    .next = Dessinez-en un, ou ôtez seulement les métadonnées.
failure-box-strip = Une copie sans métadonnées ne contient pas les cadres.
    .safe = Rien n’a été fait et le document est inchangé.
    .next = Faites une copie caviardée, ou retirez d’abord les cadres.
failure-cut-short = Vous l’avez arrêté, ou le programme a été verrouillé.
    .safe = Rien n’a été enregistré. Son ouverture à cette fin figure au registre.
    .next = Recommencez quand vous le voudrez.
screening-open = { $n ->
    [0] Chaque question a sa réponse.
    [one] Une question est sans réponse.
   *[other] { $n } questions sont sans réponse.
}

# What a document says besides
document-found = En plus de ce qui se voit, il dit :
found-location = où il a été fait
found-author = qui l’a fait, ou qui y est nommé
found-device = avec quel appareil
found-time = quand
found-thumbnail = une vignette, peut-être d’un état antérieur
found-software = avec quel programme
found-comment = des commentaires, ou son histoire
found-embedded-file = un fichier qu’il contient
found-unknown-kind = peut-être n’importe quoi : ce type ne peut être examiné

# More of what was done
sharing-taken-over = Repris
event-handover-offered = Dossier proposé à une autre équipe
event-takeover-offered = Dossier proposé à une autre équipe
event-case-handed-over = Dossier transmis
event-case-taken-over = Dossier repris
event-dossier-received = Un partage a été reçu
event-case-key-given = Clé du dossier donnée
event-keys-forgotten = Anciennes clés oubliées
event-ring-kept = Clés gardées
event-unknown = Quelque chose qu’une version plus récente connaît

# The signed form of a consent
consent-form = Le formulaire signé
consent-no-form = Aucun, ou absent des documents

# Cards of what is shared
share-by = Partagé par
share-under = Avec le consentement de
share-under-none = Aucun consentement : une deuxième personne l’a permis
share-answer = Leur réponse :
share-not-opened = Pas encore ouvert
share-says-unsent = C’est encore sur cet appareil, et leur parvient dès que les serveurs répondent.
share-says-not-allowed = Ni un consentement ni une deuxième personne ne le permet. Rien n’a été envoyé.
share-says-sent = Ils peuvent le lire. Ils n’ont pas encore répondu.
share-says-accepted = Ils l’ont accepté, et peuvent le lire.
share-says-rejected = Ils ne l’ont pas accepté.
share-says-done = Ils disent que c’est fait. Ils peuvent encore le lire.
share-says-taken-over = Ils poursuivent le dossier.
share-says-revoked = Votre équipe y a mis fin. Ils ne peuvent plus le lire.
share-says-withdrawn = Le consentement a été retiré. Ils ne peuvent plus le lire.
share-says-expired = Le dernier jour est passé. Ils ne peuvent plus le lire.
share-says-unreadable = Ce que le coffre en garde n’est pas vérifiable. Prévenez un administrateur.

# What is handed over
hand-over-given = Ils poursuivent avec ceci, et rien d’autre :
hand-over-no-document = Aucun document.
hand-over-told = Votre équipe apprend ce que devient
hand-over-sure = Dès qu’ils la poursuivent, personne de votre équipe n’y écrit plus. D’ici là, vous pouvez revenir sur l’offre : mettez fin au partage.
hand-over-kept = { $n ->
    [0] Tous les documents du dossier en font partie.
    [one] Un document du dossier n’est pas partagé avec eux, et reste à votre équipe.
   *[other] { $n } documents du dossier ne sont pas partagés avec eux, et restent à votre équipe.
}
failure-no-telling = Rien n’a été choisi dont votre équipe soit informée.
    .safe = Le dossier n’a pas été proposé.
    .next = Choisissez au moins un champ.

# Versions of a document, and what it says besides
document-added = Ajouté par
versions = Versions
version = Version { $n }
version-newest = La plus récente
version-to-newest = Voir la plus récente
back-to-document = Retour au document
details = Détails cachés
details-show = Montrer ce qu’il dit
details-hint = Tel que le fichier le contient ; qui l’a fait peut avoir écrit n’importe quoi. C’est montré ici seulement. On enregistre que vous avez regardé, et quels genres ont été trouvés.
details-none = Rien n’a été trouvé hormis ce qui se voit.
details-kind = Il dit
details-name = Nom dans le fichier
details-value = Valeur

# Boxes of a copy
redact-box = Cadre { $n }
redact-without = Enlever
