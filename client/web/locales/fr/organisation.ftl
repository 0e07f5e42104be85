# Verrouillage, et ce qui a été remarqué
unlock-windows = Sans scripts, les autres fenêtres montrent encore ce qu’elles montraient : fermez-les.
alarm-times = { $n ->
    [one] Une fois
   *[other] { $n } fois
}
alarm-seen = J’ai vu
alarm-go-on = Continuer sans
alarm-without = Les collègues qui ont ce qui manque peuvent refuser ce qui est écrit ensuite. Demandez-leur d’abord.
alarm-stays = Cela reste jusqu’à ce que ce soit réparé.
notice-look = Voir
notice-device-added = Un autre appareil a été ajouté pour { $who }.
notice-device-revoked = Un appareil de { $who } a été révoqué.
notice-recovery-policy = De nouvelles règles disent qui peut rouvrir une équipe qui a perdu ses appareils.
notice-recovery-announced = { $who } a annoncé que l’équipe { $team } sera rouverte par récupération.
notice-recovery-opened = L’équipe { $team } a été rouverte par récupération, comme { $who } l’avait annoncé.

# Réglages de cet appareil
settings-idle = Se verrouiller sans utilisation après
settings-minutes = { $n ->
    [one] Une minute
   *[other] { $n } minutes
}
settings-passphrase = Changer la phrase secrète
passphrase-old = Phrase secrète actuelle
passphrase-change = La changer
passphrase-changed = La phrase secrète est changée.
passphrase-copies = L’ancienne ouvre encore les copies plus anciennes des fichiers de cet appareil, comme les sauvegardes. Détruisez-les si quelqu’un peut la connaître.
protect = Phrases secrètes fausses
protect-words = Chaque phrase fausse fait attendre la suivante plus longtemps. Si vous le choisissez, trop d’erreurs détruisent ce qui est sur cet appareil.
protect-choose = Détruire ce qui est sur cet appareil
protect-never = Jamais
protect-after = { $n ->
    [one] Après une
   *[other] Après { $n } de suite
}
wipe = Tout détruire sur cet appareil
wipe-words = Les clés partent d’abord : plus rien ici ne s’ouvre ensuite. Ce qui a été envoyé reste au coffre ; ce qui attend d’être envoyé est perdu.
wipe-sure = Je le veux. On ne peut pas revenir en arrière.
wipe-button = Détruire maintenant
travel = Dossiers à emporter au-delà d’une frontière
travel-words = Le texte des dossiers choisis est copié dans un répertoire à part, pour y être lu avec sa propre phrase secrète. Ni clé ni document ne l’accompagne.
travel-directory = Nouveau répertoire, avec son chemin complet
travel-passphrase = Phrase secrète de ce qui est emporté ; pas celle de cet appareil
travel-make = Le créer
travel-hint = Qui se le fait ouvrir lit ces dossiers. Laissez cet appareil, ou détruisez ce qu’il contient.
travel-made = { $n ->
    [one] Il contient un dossier.
   *[other] Il contient { $n } dossiers.
}

# L’organisation
organisation-parts = Parties de l’organisation
partners = Partenaires
recovery = Récupération
log = Journal de l’organisation
size-people = { $n ->
    [one] Une personne
   *[other] { $n } personnes
}
size-devices = { $n ->
    [one] Un appareil
   *[other] { $n } appareils
}
size-teams = { $n ->
    [one] Une équipe
   *[other] { $n } équipes
}
invited = Invitations
invited-device = Un de vos appareils
invited-elsewhere = Invitation d’un autre appareil
invited-until = Jusqu’au
invited-withdraw = Retirer l’invitation
approve = Approuver
approve-number = Demandez-lui, au téléphone ou en personne, le numéro que montre son appareil. Ce doit être celui-ci :
approve-compared = Je l’ai comparé en entier : c’est le même.
approve-elsewhere = Qui a fait cette invitation l’approuve, sur l’appareil où elle a été faite.
approved = Approuvé. Mettez la personne dans une équipe pour qu’elle puisse travailler.
withdrawn = Retirée. Plus personne n’entre avec elle.
back-to-people = Retour aux personnes
devices-none = Aucun appareil.
device-name = Nom de l’appareil
device-further = Ajouter un autre de vos appareils : son nom
invite-again = Créer un nouveau code
invite-again-words = Cette personne a perdu tous ses appareils. Un nouveau code la fait revenir comme elle était.
remove = Retirer de l’organisation
remove-words = Ses appareils sont refusés dès lors, et chaque équipe où elle était change de clés. Le travail continue entre-temps.
removal-going = En cours : { $done } équipes sur { $n }.
removal-done = C’est fait, autant que cet appareil le peut.
removal-teams = { $done } équipes sur { $n } ont leurs nouvelles clés.
removal-waits = Les autres les reçoivent dès que l’appareil d’un membre se synchronise.
removal-empty = { $n ->
    [one] Une équipe n’a plus d’appareil : seule la récupération ouvre ses dossiers.
   *[other] { $n } équipes n’ont plus d’appareil : seule la récupération ouvre leurs dossiers.
}
removal-freeze = Que personne n’écrive dans ces équipes jusqu’à nouvel ordre
removal-leave-empty = Même s’il ne reste personne pour ouvrir les dossiers d’une équipe
look-again = Regarder à nouveau

# Partenaires
partners-hint = Rien n’est partagé avec une autre organisation avant que des personnes des deux aient comparé le numéro ci-dessous.
partners-empty = Il n’y a pas encore de partenaire.
partners-ourselves = Par quoi ils nous nomment
partner-fingerprint = Empreinte
partner-add = Nommer un partenaire
partner-add-button = Le nommer
partner-number = Comparez ces soixante chiffres avec des personnes du partenaire, en personne ou au téléphone :
partner-compared = Nous avons comparé les douze groupes : ce sont les mêmes.
partner-confirm = Confirmer le partenaire
partner-remove = Mettre fin au partenariat
partner-added = Pas encore comparé
partner-confirmed = Confirmé
partner-removed = Terminé

# Ce qui s’est passé dans l’organisation
log-hint = Les plus récents d’abord. Chaque entrée est signée et enchaînée ; aucune ne peut être retirée.
log-root = La racine du fondateur
log-found = L’organisation a été fondée.
log-add-person = { $person } appartient à l’organisation : { $role }.
log-add-device = { $person } a l’appareil { $device }.
log-set-role = { $person } a un autre rôle : { $role }.
log-remove-person = { $person } a été retiré, avec tous ses appareils, de toutes les équipes.
log-revoke-device = L’appareil { $device } n’est plus digne de confiance.
log-create-directory = Il y a un annuaire des noms.
log-create-team = Il y a une équipe { $team } : { $person }.
log-create-recoverable-team = Il y a une équipe { $team }, que des dépositaires peuvent rouvrir : { $person }.
log-add-to-team = { $person } est dans l’équipe { $team }.
log-remove-from-team = { $person } a quitté l’équipe { $team }, qui change de clés.
log-rotate-team = L’équipe { $team } doit changer de clés.
log-freeze-team = Le coffre n’accepte plus d’écriture de l’équipe { $team }.
log-unfreeze-team = Le coffre accepte à nouveau l’écriture de l’équipe { $team }.
log-team-sealing-key = L’équipe { $team } a la clé numéro { $number }.
log-void-commit = Un changement de l’équipe { $team } est nul : numéro { $number }.
log-add-partner = { $partner } sera partenaire, une fois le numéro comparé.
log-confirm-partner = { $partner } est partenaire : le numéro a été comparé.
log-remove-partner = { $partner } n’est plus partenaire.
log-recovery-policy = Une récupération a été proposée, par { $number } parmi : { $person }.
log-approve-recovery-policy = La récupération a été approuvée.
log-announce-recovery = L’équipe { $team } sera rouverte par récupération, sur l’appareil { $device }.
log-cancel-recovery = Une récupération annoncée a été annulée.
log-recovery-opened = L’équipe { $team } a été rouverte par récupération, sur l’appareil { $device }.

# Une équipe
team-size = { $n ->
    [one] Un membre
   *[other] { $n } membres
}
back-to-teams = Retour aux équipes
team-generation = Numéro de sa clé
team-nobody = Personne n’y est.
team-keys = Clés
team-keys-words = Rien de ce qui est écrit après un changement de clés ne s’ouvre pour qui n’a que les anciennes.
team-freeze = Arrêter toute écriture
team-lift = Autoriser à nouveau l’écriture
team-freeze-words = Le coffre refuse ou accepte ce que les membres écrivent ; ce qu’ils ont reste lisible.
team-void = Annuler un changement refusé
team-void-words = Si l’appareil d’un membre refuse un changement de l’équipe, il est nul, avec tout ce qui repose dessus.
team-changed = C’est fait, ou attend l’appareil d’un membre.
team-recoverable = Des dépositaires peuvent la rouvrir si elle perd tous ses appareils
team-recoverable-hint = Cela ne peut pas être choisi plus tard. Les dépositaires sont désignés sous :

# Ce qui vient, part et a été fait
waiting-parts = Parties de cette page
part-waiting = En attente
part-conflicts = À décider
part-activity = Récemment
activity-words = Ce qui a été fait dans les dossiers lus sur cet appareil, le plus récent d’abord. Le registre signé complet d’un dossier est sa chronologie.
activity-none = Rien n’a encore été fait.

# Deux modifications d’un champ
conflicts = Deux réponses à une question
conflicts-words = Vous et un collègue avez écrit des choses différentes dans le même champ, sans le savoir. Les deux sont gardées ici jusqu’à ce que vous disiez laquelle est juste.
conflicts-none = Il n’y a rien à décider.
conflicts-count = { $n ->
    [one] Un champ a deux réponses.
   *[other] { $n } champs ont deux réponses.
}
conflict-mine = Écrit sur cet appareil
conflict-keep = C’est juste
conflict-empty = Rien

# Récupération
recovery-words = Si une équipe perd tous ses appareils, ses dépositaires réunis peuvent la rouvrir avec des feuilles de papier, une fois tout le monde averti. Personne d’autre ne le peut, ni aucun serveur.
recovery-none = Il n’y a pas encore de récupération : ce qui est perdu avec le dernier appareil d’une équipe reste perdu.
recovery-unset = Si une équipe perd tous ses appareils, ses dossiers sont perdus : faites avant cela les feuilles des dépositaires.
policy = Récupération
policy-waiting = Attend un autre administrateur
policy-in-force = En vigueur
policy-threshold = { $n ->
    [one] Une feuille ouvre.
   *[other] { $n } feuilles réunies, n’importe lesquelles, ouvrent une équipe.
}
policy-trustees = Dépositaires
policy-approved = Approuvé par
policy-delay = Tout le monde est averti pendant
policy-until = Se termine le
policy-approve = L’approuver
days = { $n ->
    [one] Un jour
   *[other] { $n } jours
}
announced = Sur le point d’être rouverte :
announced-by = Annoncé par
announced-device = Sur l’appareil
announced-cancel = L’arrêter : l’équipe reste fermée
open-words = Quand les jours d’avertissement sont passés, tapez les mots des feuilles. Quatre lettres de chaque mot suffisent.
open-sheet = { $n ->
    [one] Mots de la première feuille
   *[other] Mots de la feuille { $n }
}
open-button = Rouvrir l’équipe
recovery-create = Faire les feuilles
recovery-create-words = Chaque dépositaire reçoit une feuille de mots. Elles sont montrées une fois, l’une après l’autre ; ayez du papier et un stylo, ou votre propre imprimante.
recovery-threshold = Combien de feuilles ouvrent une équipe
recovery-create-button = Montrer la première feuille
announce = Rouvrir une équipe qui a perdu ses appareils
announce-words = Pour une équipe qui n’a plus d’appareil, ou que personne ne peut plus ouvrir. Ses dépositaires l’ouvrent ensemble, en trois étapes :
announce-button = L’annoncer
recovery-done-approve = Approuvé.
recovery-done-cancel = Arrêté : l’équipe reste fermée.
recovery-done-announce = Annoncé. Chaque appareil est prévenu.
recovery-done-open = Ouvert : cet appareil a les clés de l’équipe.
sheets = Feuilles des dépositaires
sheets-go-on = Des feuilles attendent d’être mises sur papier : continuer
sheets-left = { $done } feuilles sur { $n } sont sur papier.
sheet-for = Feuille pour
sheet-number = Feuille
sheet-keep = Gardez-la sur papier, à part des autres, et ne la montrez à personne.
sheets-words = Ces mots ne sont nulle part ailleurs. Copiez-les à la main ou imprimez-les ; deux vous seront ensuite demandés.
sheets-on-paper = C’est sur papier
sheets-proof = Tapez deux mots depuis le papier.
sheets-word = { $n ->
    [one] Mot numéro { $n }
   *[other] Mot numéro { $n }
}
sheets-check = Vérifier
sheets-back = Montrer encore la feuille

# Recommencer
welcome-again = Ou revenir après une perte
welcome-again-words = Si votre appareil est perdu, un administrateur le révoque et vous donne un nouveau code : avec lui vous revenez comme avant, et votre équipe vous donne ses clés. Si toute votre équipe a perdu ses appareils, ses dépositaires la rouvrent avec leurs feuilles, sous Personnes, une fois que vous êtes approuvé. Une copie des fichiers d’un appareil perdu ne s’utilise pas : elle passerait pour celle d’un voleur.
welcome-again-join = Revenir

# Travail pour les chiffres
statistics-going = En cours : { $done } sur { $n }.
statistics-done = C’est fait.
statistics-close = Clore une période
statistics-close-words = Une période terminée est comptée une fois. Rien n’y est ajouté ni retiré ensuite.
statistics-close-button = La clore et la compter
statistics-contribute = Envoyer les décomptes de mes dossiers
statistics-contribute-words = Cela se fait tout seul, à un moment de hasard. Ici, on peut le faire tout de suite. Sont envoyées les réponses qui ont une liste, comme le genre, la tranche d’âge et le type d’exploitation, en deux moitiés qu’aucun serveur ne lit seul ; ni nom, ni note, ni document, ni date. Ce qui est envoyé d’un dossier figure avec ses droits.
statistics-contribute-button = Les envoyer maintenant
statistics-tables = Tableaux
statistics-csv = Tableaux (CSV)
statistics-json = Pour les programmes (JSON)
statistics-svg = Graphiques (SVG)
statistics-txt = Comment c’est fait (texte)
statistics-rest = Les dernières lignes sont ce qui reste d’un total : ce n’est pas indiqué, ou leur chiffre est masqué. Avec elles, le tableau s’accorde aux autres.
statistics-records = Données synthétiques
statistics-records-words = Elles sont tirées de ces seuls chiffres ; aucune n’est une personne. Elles servent à qui travaille avec une ligne par dossier.
statistics-records-count = Combien
statistics-records-form = Format
statistics-records-button = Créer un fichier
counting = Compté dans les chiffres
counting-words = Un dossier peut être laissé hors d’une période jusqu’à ce qu’elle soit close. Ce qui a été publié ne change pas.
counting-out = Le laisser de côté
counting-in = Le compter
counting-done-out = Il est laissé de côté.
counting-done-in = Il est compté.

# Échecs concernant personnes, équipes, récupération et serveurs
failure-uncompared = Personne n’a dit que le numéro a été comparé.
    .safe = Personne n’a été approuvé.
    .next = Comparez-le au téléphone ou en personne, et dites-le au-dessus du bouton.
failure-directory-taken = Il y a déjà un profil dans ce répertoire.
    .safe = Il a été laissé tel quel.
    .next = Nommez un répertoire qui n’existe pas encore.
failure-team-taken = Une équipe porte déjà ce nom.
    .safe = Rien n’a été modifié.
    .next = Choisissez un autre nom.
failure-person-taken = Quelqu’un dans l’organisation porte déjà ce nom, et on ne pourrait distinguer deux personnes du même nom.
    .safe = Rien n’a été modifié.
    .next = Si c’est elle qui revient sans appareil, ouvrez sa page et créez-y un nouveau code. Si c’est quelqu’un d’autre, choisissez un autre nom.
failure-unsure = Personne n’a dit que c’est voulu.
    .safe = Rien n’a été détruit.
    .next = Revenez, et dites-le au-dessus du bouton.
failure-typed-back = Ce ne sont pas les mots de la feuille.
    .safe = La feuille est encore ici.
    .next = Regardez le papier, ou faites montrer encore la feuille.
failure-occupied = Autre chose est encore en cours.
    .safe = Rien n’a été modifié.
    .next = Attendez la fin, et réessayez.
failure-unclosed = Cette période n’a pas encore de chiffres.
    .safe = Ce qui est compté reste compté.
    .next = Un analyste la clôt une fois terminée.
failure-period = Les serveurs ne le font pas avec cette période : elle n’est pas finie, est déjà close, ou trop ancienne.
    .safe = Rien n’a été modifié.
    .next = Choisissez une autre période.
failure-no-analyst = Un serveur a refusé : une période est close par un analyste.
    .safe = Rien n’a été modifié.
    .next = Demandez à un administrateur qui a ce rôle.
failure-invitation-ended = L’appareil est entré à temps, mais l’invitation a expiré depuis.
    .safe = Elle est retirée : personne n’entre avec elle.
    .next = Invitez-la de nouveau ; elle entre avec le nouveau code sur le même appareil.
failure-has-device = La personne a un appareil, et lui seul peut en ajouter un autre.
    .safe = Rien n’a été modifié.
    .next = Elle y crée le code. Si tous sont perdus, révoquez-les d’abord.
failure-many-devices = Vous avez seize appareils, et personne n’en a davantage.
    .safe = Rien n’a été modifié.
    .next = Révoquez-en un que vous n’utilisez plus.
failure-last-administrator = Personne d’autre n’est administrateur avec un appareil.
    .safe = Rien n’a été modifié.
    .next = Nommez d’abord quelqu’un d’autre administrateur.
failure-second-administrator = Vous avez révoqué son dernier appareil : un autre administrateur doit amener le suivant.
    .safe = Rien n’a été modifié.
    .next = Demandez à un second administrateur de créer le code et d’approuver.
failure-in-teams = La personne est dans des équipes, et un analyste n’est dans aucune.
    .safe = Rien n’a été modifié.
    .next = Retirez-la d’abord de chaque équipe.
failure-fork-stays = Deux histoires s’excluent. Cela ne s’écarte pas.
    .safe = Plus rien n’est écrit dans aucune.
    .next = Prévenez un administrateur, par un moyen qui ne passe pas par ces serveurs.
failure-no-key-store = Le trousseau de cet ordinateur ne répond pas.
    .safe = Le profil est verrouillé et inchangé.
    .next = Ouvrez la session dont c’est le trousseau, et réessayez.
failure-key-store-locked = Le trousseau de cet ordinateur est verrouillé.
    .safe = Le profil est verrouillé et inchangé.
    .next = Déverrouillez-le, et réessayez.
failure-certificates = Ce qui doit garantir les serveurs ne contient pas de certificats.
    .safe = Rien n’a été envoyé.
    .next = Demandez à qui exploite les serveurs.
failure-policy = La récupération ne peut pas fonctionner ainsi.
    .safe = Rien n’a été créé.
    .next = Choisissez au moins deux dépositaires, au moins deux feuilles pour ouvrir et pas plus que de dépositaires, et un jour à venir.
failure-no-policy = Aucune récupération n’est en vigueur.
    .safe = Rien n’a été modifié.
    .next = Faites d’abord les feuilles, sous Récupération ; ou dites que des dépositaires ne rouvriront pas cette équipe.
failure-not-recoverable = L’équipe n’a pas choisi la récupération à sa création.
    .safe = Rien n’a été modifié.
    .next = Seul l’appareil d’un membre l’ouvre.
failure-not-announced = Personne n’a annoncé l’ouverture de cette équipe sur cet appareil.
    .safe = Rien n’a été modifié.
    .next = Annoncez-le d’abord ; les jours d’avertissement commencent alors.
failure-too-early = Les jours d’avertissement ne sont pas finis, à l’horloge du serveur de clés.
    .safe = Rien n’a été modifié.
    .next = Réessayez quand ils seront passés.
failure-no-escrow = Les feuilles sont bonnes, mais aucun appareil n’a laissé les dernières clés de l’équipe avant d’être perdu.
    .safe = Rien n’a été modifié.
    .next = Si l’appareil d’un membre réapparaît, synchronisez-le.
failure-share-count = Il y a { $detail } mots ; une feuille en a 35.
    .safe = Rien n’a été ouvert.
    .next = Comparez les mots avec la feuille et tapez-les à nouveau ; d’autres bonnes feuilles conviennent aussi.
failure-share-unknown = Ces mots ne sont sur aucune feuille, comptés depuis le premier : { $detail }.
    .safe = Rien n’a été ouvert.
    .next = Comparez les mots avec la feuille et tapez-les à nouveau ; d’autres bonnes feuilles conviennent aussi.
failure-share-wrong = Un mot est faux, d’après les autres : { $detail }.
    .safe = Rien n’a été ouvert.
    .next = Comparez les mots avec la feuille et tapez-les à nouveau ; d’autres bonnes feuilles conviennent aussi.
failure-share-several = Plus d’un mot est faux.
    .safe = Rien n’a été ouvert.
    .next = Comparez les mots avec la feuille et tapez-les à nouveau ; d’autres bonnes feuilles conviennent aussi.
failure-share-version = Les mots ne sont d’aucune feuille que ce programme connaisse.
    .safe = Rien n’a été ouvert.
    .next = Comparez les mots avec la feuille et tapez-les à nouveau ; d’autres bonnes feuilles conviennent aussi.
failure-share-other = La feuille appartient à une autre récupération.
    .safe = Rien n’a été ouvert.
    .next = Comparez les mots avec la feuille et tapez-les à nouveau ; d’autres bonnes feuilles conviennent aussi.
failure-share-altered = La feuille n’est pas celle qui a été remise à son dépositaire.
    .safe = Rien n’a été ouvert.
    .next = Comparez les mots avec la feuille et tapez-les à nouveau ; d’autres bonnes feuilles conviennent aussi.
failure-share-repeated = La feuille a été donnée deux fois.
    .safe = Rien n’a été ouvert.
    .next = Comparez les mots avec la feuille et tapez-les à nouveau ; d’autres bonnes feuilles conviennent aussi.
failure-share-few = Trop peu de feuilles sont bonnes : { $detail }.
    .safe = Rien n’a été ouvert.
    .next = Comparez les mots avec la feuille et tapez-les à nouveau ; d’autres bonnes feuilles conviennent aussi.
failure-server-malformed = Un serveur ne comprend pas ce programme : leurs versions diffèrent sans doute.
    .safe = Rien n’a été modifié.
    .next = Utilisez la dernière version, et prévenez qui exploite le serveur.
failure-server-too-large = C’est plus que le serveur n’accepte.
    .safe = Rien n’a été stocké.
    .next = Divisez-le en parties plus petites.
failure-refused = Un serveur a refusé : cet appareil n’y a pas accès, ou ne l’a plus.
    .safe = Ce que cet appareil contient est inchangé.
    .next = Synchronisez ; si c’est aussi refusé, demandez à un administrateur si l’appareil a été retiré.
failure-nonce = Un serveur n’a pas tenu la demande pour fraîche.
    .safe = Rien n’a été modifié.
    .next = Réessayez ; si cela persiste, prévenez qui exploite le serveur.
failure-stale = Les clés de l’équipe ont changé depuis la dernière synchronisation de cet appareil.
    .safe = Ce que vous avez écrit est encore sur cet appareil.
    .next = Synchronisez et réessayez.
failure-frozen = L’équipe est gelée : le coffre n’accepte pas d’écriture.
    .safe = Ce que vous avez écrit est encore sur cet appareil.
    .next = Demandez à un administrateur quand ce sera levé.
failure-upload = Un envoi ne reprend pas là où en est le serveur.
    .safe = Le document est encore sur cet appareil.
    .next = Synchronisez : cela reprend de ce que le serveur a.
failure-quota = L’équipe a épuisé sa place au coffre.
    .safe = Ce que vous avez écrit est encore sur cet appareil.
    .next = Demandez plus de place à qui exploite le coffre.
failure-server-full = Le disque du serveur est plein ; il n’a rien stocké.
    .safe = Ce que vous avez écrit est encore sur cet appareil.
    .next = Prévenez qui exploite le serveur, et synchronisez plus tard.
failure-busy = Un serveur a trop à faire en ce moment.
    .safe = Ce que vous avez écrit est encore sur cet appareil.
    .next = Réessayez dans une minute.
failure-statement = Les règles de l’organisation ne le permettent pas, dans l’état actuel.
    .safe = Rien n’a été modifié.
    .next = Regardez ce qui s’est passé : un collègue a pu changer la même chose.
failure-unavailable = Un serveur s’arrête ou est en panne.
    .safe = Ce que vous avez écrit est encore sur cet appareil.
    .next = Réessayez dans une minute.

# What of a case is counted
counting-look = Ce qui est compté de ce dossier, et comment l’en retirer
counting-how = Chaque dossier ouvert compte une fois par trimestre et une fois par an. Le programme envoie un rapport de lui-même, à un moment de hasard.
counting-sent = Ceci est envoyé, selon l’état actuel du dossier
counting-nothing = Seulement qu’il y a un dossier : rien de son profil n’est encore compté.
counting-unsent = Ceci n’est jamais envoyé
counting-unsent-names = les noms, la référence du dossier, les numéros et les adresses
counting-unsent-texts = les notes, et tout ce qui est écrit librement
counting-unsent-documents = les documents, les consentements et ce qui est partagé
counting-unsent-days = les jours : d’une date de naissance seulement la tranche d’âge, d’une identification seulement l’année
counting-unsent-who = qui de votre équipe l’a écrit
counting-split = Le rapport est coupé en deux moitiés, une pour chaque serveur, et aucune ne dit rien à elle seule. Les deux serveurs ensemble pourraient le lire ; les chiffres disent qui les exploite. Ce qui est publié est un peu modifié par le hasard, et les petits chiffres sont omis.
counting-choose = Le laisser de côté, ou le compter

# Opening a team by recovery
announced-warned = Tout le monde est prévenu
announced-due = Peut être ouverte
announced-from = Peut être ouverte à partir du
announced-number = Numéro de cet appareil, à comparer :
announced-stop-words = Si personne n’a perdu ses appareils, ou si vous ne connaissez pas cet appareil, arrêtez-le : l’équipe reste fermée. Les administrateurs, les dépositaires et les membres de l’équipe le peuvent.
announce-first = Vous l’annoncez : chaque appareil de l’organisation est informé, avec le nom de qui l’a annoncé.
announce-warned = { $n ->
    [one] Pendant un jour, toute personne concernée peut l’arrêter. Rien ne s’ouvre avant, selon l’horloge du serveur de clés.
   *[other] Pendant { $n } jours, toute personne concernée peut l’arrêter. Rien ne s’ouvre avant, selon l’horloge du serveur de clés.
}
announce-opened = { $n ->
    [one] Puis on tape les mots d’une feuille sur l’appareil que vous nommez ici, et les dossiers de l’équipe s’y ouvrent.
   *[other] Puis on tape les mots de { $n } feuilles sur l’appareil que vous nommez ici, et les dossiers de l’équipe s’y ouvrent.
}
open-title = Taper les mots des feuilles
open-elsewhere = Les mots se tapent sur cet appareil-là, sur sa propre page de récupération.
open-entered = Rien n’a dû être ouvert : l’appareil d’un membre a laissé entrer celui-ci.
open-unneeded = Ces feuilles n’étaient pas nécessaires, et sont fausses :
open-bad = Ce qui ne va pas dans chacune :
policy-sheets = Nom sur ses feuilles
