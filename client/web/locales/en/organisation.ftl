# Locking, and what was noticed
unlock-windows = Without scripts, other windows still show what they showed: close them.
alarm-times = { $n ->
    [one] Once
   *[other] { $n } times
}
alarm-seen = I have seen it
alarm-go-on = Go on without it
alarm-without = Colleagues who have what is missing may refuse what is written after it. Ask them first.
alarm-stays = This stays until it is mended.
notice-look = Look at it
notice-device-added = Another device was added for { $who }.
notice-device-revoked = A device of { $who } was revoked.
notice-recovery-policy = There are new rules on who can open a team that lost its devices.
notice-recovery-announced = { $who } announced that the team { $team } will be opened by recovery.
notice-recovery-opened = The team { $team } was opened by recovery, as { $who } had announced.

# Settings of this device
settings-idle = Lock by itself when nobody uses it for
settings-minutes = { $n ->
    [one] One minute
   *[other] { $n } minutes
}
settings-passphrase = Change the passphrase
passphrase-old = Current passphrase
passphrase-change = Change it
passphrase-changed = The passphrase is changed.
passphrase-copies = The old one still opens older copies of this device’s files, such as backups. Destroy them if somebody may know it.
protect = Wrong passphrases
protect-words = Each wrong passphrase makes the next one wait longer. If you choose so, too many of them destroy what is on this device.
protect-choose = Destroy what is on this device
protect-never = Never
protect-after = { $n ->
    [one] After one in a row
   *[other] After { $n } in a row
}
wipe = Destroy everything on this device
wipe-words = The keys go first: from then on nothing here can be opened any more. What was sent stays at the vault; what waits to be sent is lost.
wipe-sure = I want that. It cannot be undone.
wipe-button = Destroy it now
travel = Cases to take across a border
travel-words = The text of the cases that you choose is copied into a directory of its own, to be read there with a passphrase of its own. No key and no document goes with it.
travel-directory = New directory, with its whole path
travel-passphrase = Passphrase of what is taken along; not this device’s
travel-make = Make it
travel-hint = Whoever has it opened reads these cases. Leave this device behind, or destroy what is on it.
travel-made = { $n ->
    [one] One case is in it.
   *[other] { $n } cases are in it.
}

# The organisation
organisation-parts = Parts of the organisation
partners = Partners
recovery = Recovery
log = Log of the organisation
size-people = { $n ->
    [one] One person
   *[other] { $n } people
}
size-devices = { $n ->
    [one] One device
   *[other] { $n } devices
}
size-teams = { $n ->
    [one] One team
   *[other] { $n } teams
}
invited = Invited
invited-device = A device of yours
invited-elsewhere = Invited on another device
invited-until = Until
invited-withdraw = Take the invitation back
approve = Approve
approve-number = Ask them, by telephone or in person, for the number that their device shows. It must be this one:
approve-compared = I have compared all of it, and it is the same.
approve-elsewhere = Whoever made this invitation approves it, on the device that it was made on.
approved = Approved. Put them into a team, so that they can work.
withdrawn = Taken back. Nobody joins by it any more.
back-to-people = Back to the people
devices-none = No device.
device-name = Name of the device
device-further = Bring another device of yours: its name
invite-again = Make a new code
invite-again-words = This person has lost every device. A new code lets them come back as whom they were.
remove = Remove from the organisation
remove-words = Their devices are refused from then on, and every team that they were in changes its keys. Work goes on meanwhile.
removal-going = It goes on: { $done } of { $n } teams.
removal-done = It is done, as far as this device can.
removal-teams = { $done } of { $n } teams have their new keys.
removal-waits = Each of the others gets them when a member’s device next synchronises.
removal-empty = { $n ->
    [one] One team has no device left: only recovery opens its cases.
   *[other] { $n } teams have no device left: only recovery opens their cases.
}
removal-freeze = Let nobody write in these teams until it is lifted
removal-leave-empty = Even if nobody is left who could open a team’s cases
look-again = Look again

# Partners
partners-hint = Nothing is shared with another organisation before people of both have compared the number below.
partners-empty = There are no partners yet.
partners-ourselves = What they name us by
partner-fingerprint = Fingerprint
partner-add = Name a partner
partner-add-button = Name it
partner-number = Compare these sixty digits with people of the partner, in person or by telephone:
partner-compared = We have compared all twelve groups, and they are the same.
partner-confirm = Confirm the partner
partner-remove = End the partnership
partner-added = Not compared yet
partner-confirmed = Confirmed
partner-removed = Ended

# What happened in the organisation
log-hint = Newest first. Every entry is signed and chained; none can be taken out.
log-root = The founder’s root
log-found = The organisation was founded.
log-add-person = { $person } belongs to the organisation: { $role }.
log-add-device = { $person } has the device { $device }.
log-set-role = { $person } has another role: { $role }.
log-remove-person = { $person } was removed, with every device, from every team.
log-revoke-device = The device { $device } is trusted no longer.
log-create-directory = There is a directory of names.
log-create-team = There is a team { $team }: { $person }.
log-create-recoverable-team = There is a team { $team }, which trustees can open again: { $person }.
log-add-to-team = { $person } is in the team { $team }.
log-remove-from-team = { $person } left the team { $team }, which changes its keys.
log-rotate-team = The team { $team } shall change its keys.
log-freeze-team = The vault takes no writing of the team { $team }.
log-unfreeze-team = The vault takes writing of the team { $team } again.
log-team-sealing-key = The team { $team } has key number { $number }.
log-void-commit = A change of the team { $team } is void: number { $number }.
log-add-partner = { $partner } shall be a partner, once the number was compared.
log-confirm-partner = { $partner } is a partner: the number was compared.
log-remove-partner = { $partner } is a partner no longer.
log-recovery-policy = Recovery was proposed, by any { $number } of: { $person }.
log-approve-recovery-policy = Recovery was approved.
log-announce-recovery = The team { $team } will be opened by recovery, on the device { $device }.
log-cancel-recovery = An announced recovery was cancelled.
log-recovery-opened = The team { $team } was opened by recovery, on the device { $device }.

# A team
team-size = { $n ->
    [one] One member
   *[other] { $n } members
}
back-to-teams = Back to the teams
team-generation = Number of its key
team-nobody = Nobody is in it.
team-keys = Keys
team-keys-words = Nothing that is written after a change of keys opens for whoever had the old ones alone.
team-freeze = Stop all writing
team-lift = Allow writing again
team-freeze-words = The vault refuses or takes what members write; what they have stays readable.
team-void = Take a refused change back
team-void-words = If a member’s device refuses a change of the team, it is void, with all that was built on it.
team-changed = It is done, or waits for a member’s device.
team-recoverable = Trustees can open it again, should it lose all its devices
team-recoverable-hint = This cannot be chosen later. Who the trustees are is said under:

# What comes, goes and was done
waiting-parts = Parts of this page
part-waiting = Waiting
part-conflicts = To decide
part-activity = Lately
activity-words = What was done in the cases that were read on this device, newest first. The whole signed record of a case is its timeline.
activity-none = Nothing was done yet.

# Two edits of one field
conflicts = Two answers for one question
conflicts-words = You and a colleague wrote something else into the same field, without knowing of each other. Both are kept here until you say which is right.
conflicts-none = There is nothing to decide.
conflicts-count = { $n ->
    [one] One field has two answers.
   *[other] { $n } fields have two answers.
}
conflict-mine = Written on this device
conflict-keep = This is right
conflict-empty = Nothing

# Recovery
recovery-words = If a team loses all its devices, its trustees together can open it again with sheets of paper, after everybody was warned. Nobody else can, and no server.
recovery-none = There is no recovery yet: what is lost with a team’s last device stays lost.
recovery-unset = If a team loses all its devices, its cases are lost: make recovery sheets before that happens.
policy = Recovery
policy-waiting = Waits for another administrator
policy-in-force = In force
policy-threshold = { $n ->
    [one] One sheet opens.
   *[other] Any { $n } sheets together open a team.
}
policy-trustees = Trustees
policy-approved = Approved by
policy-delay = Everybody is warned for
policy-until = Ends on
policy-approve = Approve it
days = { $n ->
    [one] One day
   *[other] { $n } days
}
announced = About to be opened:
announced-by = Announced by
announced-device = On the device
announced-cancel = Stop it: the team stays closed
open-words = When the days of warning are over, type the words of the sheets. Four letters of each word are enough.
open-sheet = { $n ->
    [one] Words of the first sheet
   *[other] Words of sheet { $n }
}
open-button = Open the team
recovery-create = Make the sheets
recovery-create-words = Each trustee gets a sheet of words. The sheets are shown once, one after the other; have paper and a pen, or a printer of your own, at hand.
recovery-threshold = How many sheets open a team
recovery-create-button = Show the first sheet
announce = Open a team that lost its devices
announce-words = For a team that has no device left, or that nobody can open any more. Its trustees open it together, in three steps:
announce-button = Announce it
recovery-done-approve = Approved.
recovery-done-cancel = Stopped: the team stays closed.
recovery-done-announce = Announced. Every device is told.
recovery-done-open = Opened: this device has the team’s keys.
sheets = Sheets for the trustees
sheets-go-on = Sheets wait to be copied to paper: go on
sheets-left = { $done } of { $n } sheets are on paper.
sheet-for = Sheet for
sheet-number = Sheet
sheet-keep = Keep it on paper, apart from the others, and show it to nobody.
sheets-words = These words are nowhere else. Copy them by hand or print them; then two of them are asked.
sheets-on-paper = It is on paper
sheets-proof = Type two words from the paper.
sheets-word = { $n ->
    [one] Word number 1
   *[other] Word number { $n }
}
sheets-check = Check
sheets-back = Show the sheet again

# Beginning again
welcome-again = Or come back after a loss
welcome-again-words = If your device is lost, an administrator revokes it and gives you a new code: with it you come back as whom you were, and your team gives you its keys. If your whole team lost its devices, its trustees open it with their sheets, under People, once you are approved. A copy of a lost device’s files is not used: it would be taken for a thief’s.
welcome-again-join = Come back

# Work for the figures
statistics-going = It goes on: { $done } of { $n }.
statistics-done = It is done.
statistics-close = Close a period
statistics-close-words = A period that has ended is counted once. Nothing is added to it or taken out afterwards.
statistics-close-button = Close and count it
statistics-contribute = Send the counts of my cases
statistics-contribute-words = It happens by itself, at a moment of chance. Here it can be done at once. Sent are the answers that have a list, such as gender, age band and kind of exploitation, in two halves of which neither server reads its own; no name, note, document or date. What is sent of a case stands with its rights.
statistics-contribute-button = Send them now
statistics-tables = Tables
statistics-csv = Tables (CSV)
statistics-json = For programs (JSON)
statistics-svg = Charts (SVG)
statistics-txt = How it was made (text)
statistics-rest = The last lines are what is left of a whole: it is not stated, or their figure is suppressed. With them the table agrees with the others.
statistics-records = Synthetic records
statistics-records-words = They are drawn from these figures alone; none of them is a person. They are for whoever works with a line for each case.
statistics-records-count = How many
statistics-records-form = Form
statistics-records-button = Make a file
counting = Counted in the figures
counting-words = A case can be left out of a period until the period is closed. What was published does not change.
counting-out = Leave it out
counting-in = Count it
counting-done-out = It is left out.
counting-done-in = It is counted.

# Failures about people, teams, recovery and servers
failure-uncompared = Nobody said that the number was compared.
    .safe = Nobody was approved.
    .next = Compare it by telephone or in person, and say so above the button.
failure-directory-taken = There is a profile in that directory already.
    .safe = It was left as it is.
    .next = Name a directory that is not there yet.
failure-team-taken = A team has this name already.
    .safe = Nothing was changed.
    .next = Choose another name.
failure-person-taken = Somebody in the organisation has this name already, and two of one name could not be told apart.
    .safe = Nothing was changed.
    .next = If it is they who come back without a device, open their page and make a new code there. If it is somebody else, choose another name.
failure-unsure = Nobody said that it is meant.
    .safe = Nothing was destroyed.
    .next = Go back, and say so above the button.
failure-typed-back = These are not the words of the sheet.
    .safe = The sheet is still here.
    .next = Look at the paper, or have the sheet shown again.
failure-occupied = Something else still goes on.
    .safe = Nothing was changed.
    .next = Wait until it has ended, and try again.
failure-unclosed = This period has no figures yet.
    .safe = What was counted stays counted.
    .next = An analyst closes it once it has ended.
failure-period = The servers do not do this with that period: it is not over, was closed already, or is too long ago.
    .safe = Nothing was changed.
    .next = Choose another period.
failure-no-analyst = A server refused: a period is closed by an analyst.
    .safe = Nothing was changed.
    .next = Ask an administrator who has that role.
failure-invitation-ended = Their device joined in time, but the invitation has ended since.
    .safe = It is taken back: nobody comes in by it.
    .next = Invite them again; they join with the new code on the same device.
failure-has-device = The person has a device, and only that may bring another.
    .safe = Nothing was changed.
    .next = They make the code there. If all are lost, revoke each first.
failure-many-devices = You have sixteen devices, and nobody has more at once.
    .safe = Nothing was changed.
    .next = Revoke one that you no longer use.
failure-last-administrator = Nobody else is an administrator with a device.
    .safe = Nothing was changed.
    .next = Make somebody else an administrator first.
failure-second-administrator = You revoked this person’s last device, so another administrator has to bring the next.
    .safe = Nothing was changed.
    .next = Ask a second administrator to make the code and to approve it.
failure-in-teams = The person is in teams with cases, and an analyst is in none.
    .safe = Nothing was changed.
    .next = Take them out of each team first.
failure-fork-stays = Two histories exclude each other. That is not dismissed.
    .safe = Nothing more is written to either.
    .next = Tell an administrator, by a way that does not use these servers.
failure-no-key-store = The key store of this computer does not answer.
    .safe = The profile is locked and unchanged.
    .next = Log in to the desktop whose key store it is, and try again.
failure-key-store-locked = The key store of this computer is locked.
    .safe = The profile is locked and unchanged.
    .next = Unlock the key store, and try again.
failure-certificates = What is to vouch for the servers holds no certificates.
    .safe = Nothing was sent.
    .next = Ask whoever runs the servers.
failure-policy = Recovery cannot work like that.
    .safe = Nothing was made.
    .next = Choose at least two trustees, at least two sheets to open and no more than there are trustees, and a day to come.
failure-no-policy = No recovery is in force.
    .safe = Nothing was changed.
    .next = Make the sheets first, under Recovery; or say that trustees shall not open this team.
failure-not-recoverable = The team did not choose recovery when it was made.
    .safe = Nothing was changed.
    .next = Only a member’s device opens it.
failure-not-announced = Nobody announced that this team is opened on this device.
    .safe = Nothing was changed.
    .next = Announce it first; the days of warning begin then.
failure-too-early = The days of warning are not over, by the key server’s clock.
    .safe = Nothing was changed.
    .next = Try again when they are over.
failure-no-escrow = The sheets are good, but no member’s device left the team’s newest keys before it was lost.
    .safe = Nothing was changed.
    .next = If any member’s device turns up, synchronise it.
failure-share-count = There are { $detail } words; a sheet has 35.
    .safe = Nothing was opened.
    .next = Compare the words with the sheet and type them again; any other good sheets will do instead.
failure-share-unknown = These words are not on any sheet, counted from the first: { $detail }.
    .safe = Nothing was opened.
    .next = Compare the words with the sheet and type them again; any other good sheets will do instead.
failure-share-wrong = A word is wrong, by the others: { $detail }.
    .safe = Nothing was opened.
    .next = Compare the words with the sheet and type them again; any other good sheets will do instead.
failure-share-several = More than one word is wrong.
    .safe = Nothing was opened.
    .next = Compare the words with the sheet and type them again; any other good sheets will do instead.
failure-share-version = The words are of no sheet that this program knows.
    .safe = Nothing was opened.
    .next = Compare the words with the sheet and type them again; any other good sheets will do instead.
failure-share-other = The sheet belongs to another recovery.
    .safe = Nothing was opened.
    .next = Compare the words with the sheet and type them again; any other good sheets will do instead.
failure-share-altered = The sheet is not the one that its trustee was given.
    .safe = Nothing was opened.
    .next = Compare the words with the sheet and type them again; any other good sheets will do instead.
failure-share-repeated = The sheet was given twice.
    .safe = Nothing was opened.
    .next = Compare the words with the sheet and type them again; any other good sheets will do instead.
failure-share-few = Too few sheets are good: { $detail }.
    .safe = Nothing was opened.
    .next = Compare the words with the sheet and type them again; any other good sheets will do instead.
failure-server-malformed = A server does not understand this program: their versions probably differ.
    .safe = Nothing was changed.
    .next = Use the newest version, and tell whoever runs the server.
failure-server-too-large = This is larger than the server takes.
    .safe = Nothing was stored.
    .next = Split it into smaller parts.
failure-refused = A server refused: this device has no access there, or has none any more.
    .safe = What this device holds is unchanged.
    .next = Synchronise; if that is refused too, ask an administrator whether the device was removed.
failure-nonce = A server did not take the request for a fresh one.
    .safe = Nothing was changed.
    .next = Try again; if it stays so, tell whoever runs the server.
failure-stale = The team’s keys have changed since this device last synchronised.
    .safe = What you wrote is still on this device.
    .next = Synchronise, and try again.
failure-frozen = The team is frozen: the vault takes no writing.
    .safe = What you wrote is still on this device.
    .next = Ask an administrator when it is lifted.
failure-upload = An upload does not continue where the server stands.
    .safe = The document is still on this device.
    .next = Synchronise: it goes on from what the server has.
failure-quota = The team has used up its room at the vault.
    .safe = What you wrote is still on this device.
    .next = Ask whoever runs the vault for more room.
failure-server-full = The server’s disk is full, so it stored nothing.
    .safe = What you wrote is still on this device.
    .next = Tell whoever runs the server, and synchronise later.
failure-busy = A server has too much to do just now.
    .safe = What you wrote is still on this device.
    .next = Try again in a minute.
failure-statement = The organisation’s rules do not allow this, as things now stand.
    .safe = Nothing was changed.
    .next = Look at what happened: a colleague may have changed the same thing.
failure-unavailable = A server is stopping or has failed.
    .safe = What you wrote is still on this device.
    .next = Try again in a minute.

# What of a case is counted
counting-look = What of this case is counted, and leaving it out
counting-how = Each open case counts once a quarter and once a year. The program sends a report by itself, at a moment of chance.
counting-sent = This is sent, as the case stands now
counting-nothing = Only that there is a case: nothing in its profile is counted yet.
counting-unsent = This is never sent
counting-unsent-names = names, the reference of the case, numbers and addresses
counting-unsent-texts = notes, and whatever is written in words of one’s own
counting-unsent-documents = documents, consents, and what is shared
counting-unsent-days = days: of a date of birth only the age band, of an identification only the year
counting-unsent-who = who of your team wrote it
counting-split = The report is split in two halves, one for each server, and neither half says anything by itself. Both servers together could read it; the figures say who runs them. What is published is changed a little by chance, and small figures are left out.
counting-choose = Leave it out, or count it

# Opening a team by recovery
announced-warned = Everybody is warned
announced-due = Can be opened
announced-from = Can be opened from
announced-number = Number of that device, to be compared:
announced-stop-words = If nobody lost their devices, or you do not know this device, stop it: the team stays closed. Administrators, trustees and members of the team can.
announce-first = You announce it: every device of the organisation is told, by name of who announced it.
announce-warned = { $n ->
    [one] For one day anybody concerned can stop it. Nothing opens before, by the key server’s clock.
   *[other] For { $n } days anybody concerned can stop it. Nothing opens before, by the key server’s clock.
}
announce-opened = { $n ->
    [one] Then the words of one sheet are typed on the device that you name here, and the team’s cases open on it.
   *[other] Then the words of { $n } sheets are typed on the device that you name here, and the team’s cases open on it.
}
open-title = Type the words of the sheets
open-elsewhere = The words are typed on that device, on its own page of recovery.
open-entered = Nothing had to be opened: a member’s device let this one in.
open-unneeded = These sheets were not needed, and are wrong:
open-bad = What is wrong with each:
policy-sheets = Named on its sheets
