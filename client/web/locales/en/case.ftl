# Jobs: what goes on when a page is left
job-adding = Documents are being added
job-added = What became of the documents
job-making = A file is being made
job-done = What became of the file
job-progress = How far it is
job-hint = You can leave this page. If the program is locked meanwhile, what has come is sealed and kept on this device, and sent once you unlock.
job-stop = Stop
job-forget = I have seen it
failure-stopped = It was stopped before it was this one’s turn.
    .safe = It was not added. The file is where it was.
    .next = Add it again if you want it here.
failure-sealing = What you added last is still being sealed.
    .safe = Nothing of it is lost.
    .next = Wait a moment, and unlock again.

# Files that are made
job-made = The file is made. It is in this program’s memory until you save it, forget it or lock.
job-made-hint = A saved file can be read by whoever has it. The browser remembers its name, and where it was saved.
job-save = Save
evidence = Evidence bundle
evidence-hint = The documents with the signed record of who did what, for somebody without an account. Anybody can check it with casevault evidence verify.
evidence-documents = Which documents
evidence-name = Name of the file
evidence-keep = If a document says more than is seen: why it goes as it is
evidence-recipients = Encrypt it for (age public keys, one a line)
evidence-recipients-hint = Whoever is to open it makes a key with age-keygen and tells you the line that begins with age1. With nobody here, anybody who has the file can read it.
evidence-make = Make the bundle
failure-larger-than-memory = These documents are more than is held in memory at once.
    .safe = Nothing was made.
    .next = Choose fewer, or use the command line.

# Who receives, and what a form lacks
whom-own = of this organisation
whom-partner = of another organisation:
whom-compared = Safety number compared
whom-not-compared = Safety number not compared
whom-removed = No partner any more
whom-unknown = Of an unknown organisation
share-limits = How far the consent goes
consent-recorded = Recorded by
consent-confirm = Confirm that it was given
consent-second = It follows a withdrawal. A colleague has to confirm that it was given.
failure-no-recipient = Nobody was chosen to receive it.
    .safe = Nothing was shared or recorded. What you filled in is below.
    .next = Choose with whom.
failure-no-content = No document and no part of the profile was chosen.
    .safe = Nothing was shared or recorded. What you filled in is below.
    .next = Choose what it is about.
failure-no-purpose = It does not say what for.
    .safe = Nothing was recorded. What you filled in is below.
    .next = Write what it is for.
failure-no-day = No day was given, or it is no date.
    .safe = Nothing was recorded. What you filled in is below.
    .next = Choose the last day.
failure-day-past = The last day is over already.
    .safe = Nothing was recorded. What you filled in is below.
    .next = Choose a later day, and look at this device’s clock.
failure-no-who = It does not say who agrees.
    .safe = Nothing was recorded. What you filled in is below.
    .next = Choose who agrees.
failure-no-age-recipient = Nobody is named in the field of keys.
    .safe = Nothing was made, and nothing is open to everybody.
    .next = Paste a key that begins with age1, or empty the field for a bundle that anybody can read.
failure-age-secret = That is a secret key.
    .safe = Nothing was made, and the key was not kept.
    .next = Tell whose it is to make another one, and to send only the line that begins with age1.
failure-age-kind = That is not an age public key.
    .safe = Nothing was made. What you filled in is below.
    .next = Paste a key that begins with age1, as age-keygen shows it. Keys of SSH or of plugins are not taken.
failure-age-mistyped = An age public key was cut or mistyped.
    .safe = Nothing was made. What you filled in is below.
    .next = Copy the whole line that begins with age1 once more.
failure-no-note = The note is empty.
    .safe = Nothing was written.
    .next = Write something, or leave it.
failure-no-reason = A reason is needed.
    .safe = Nothing was changed. What you filled in is below.
    .next = Write why.
failure-no-erasure = Nobody asked for this case to be erased.
    .safe = Nothing was changed.
    .next = Synchronise, and look again: somebody may have stopped it.
failure-no-guardian = The person may be a minor, and has no guardian.
    .safe = Nothing was changed. What you filled in is below.
    .next = Name a guardian first, in the profile.
failure-own-plan = Whoever made a plan cannot approve it.
    .safe = The plan is as it was.
    .next = Ask another supervisor.
failure-handed-over = The case was handed over, or is offered to somebody.
    .safe = Nothing was changed.
    .next = End that share first if it was a mistake.
failure-not-offered = The case is not offered to your team, or a colleague goes on with it.
    .safe = Nothing was changed.
    .next = Synchronise, and look among your cases.
failure-picture-pages = This document has more pages than can be drawn.
    .safe = The document is as it was.
    .next = Ask for it in parts.
failure-picture-box = A box is on no page, or covers nothing.
    .safe = No copy was made. The document is as it was.
    .next = Look at the numbers of the boxes.
failure-picture-system = The system gave no room to draw in.
    .safe = The document is as it was.
    .next = Close other programs, and try again.

# Assistance
case-assistance = Assistance
case-rights = Rights and keeping
guardian-lacks = The person may be a minor, and has no guardian. A plan needs one first.
guardian-name = Name a guardian
records-service = Services
records-service-new = A new service
records-movement = Movement and return
records-movement-new = A new movement
records-follow-up = Follow-ups
records-follow-up-new = A new follow-up
records-empty = Nothing yet.
records-add = Add
service-what = Which service
service-other = Or in your own words
overdue = Overdue
overdue-chip = Overdue
overdue-hint = What was to be done by a day that is over, in all cases on this device; the longest overdue first.
overdue-none = Nothing is overdue.
overdue-service = service
overdue-movement = movement
overdue-follow-up = follow-up
overdue-goal = goal
overdue-review = review of the plan
plan = Plan
plan-none = There is no plan yet.
plan-new = Make a plan
plan-another = Change the plan
plan-make = Make the plan
plan-objectives = What it is for
plan-review = To be looked at again on
plan-goal = Goal { $n }
plan-goal-text = What shall be reached
plan-by = By
plan-draft = Draft: no supervisor has approved it
plan-unguarded = Draft: made for a minor without a guardian
plan-approved = Approved
plan-approve = Approve the plan
goal-say = Say what became of it
failure-no-service = It does not say which service.
    .safe = Nothing was written. What you filled in is below.
    .next = Choose one, or write it in your own words.
failure-no-movement = It does not say which kind of movement.
    .safe = Nothing was written. What you filled in is below.
    .next = Choose one.
failure-no-follow-up = It does not say on which day.
    .safe = Nothing was written. What you filled in is below.
    .next = Write the day of the follow-up.
failure-no-objectives = The plan does not say what it is for.
    .safe = Nothing was written. What you filled in is below.
    .next = Write what it is for.
failure-half-goal = A goal has no day, or no words.
    .safe = Nothing was written. What you filled in is below.
    .next = Fill in both, or empty both.

# Screening
screening = Screening
screening-decision = Decision on the status
screening-decide = Record the decision
question-vic_AgeWhenTrafficked = How old was the person when it began?
question-vic_MethodOfRecruitment = How was the person recruited?
question-vic_RelationshipToTrafficker = How does the person know whoever recruited them?
question-cv_Abducted = Was the person taken by force?
question-vic_MethodsOfControl = How is, or was, the person controlled: threats, violence, debts, papers kept?
question-cv_MethodsOfControl = Is the person kept from moving freely, or are their children used against them?
question-vic_TypeOfExploitation = What is, or was, the person made to do?
question-cv_CountryOfExploitation = In which country?
question-cv_MonthsTrafficked = For how many months?
question-vic_Vulnerabilities = What made, or makes, the person vulnerable?
question-prs_Birthdate = When was the person born?
question-cv_DocumentsHeld = Which documents does the person hold?
failure-half-decision = A decision needs a status, who decided, and a day.
    .safe = Nothing was written. What you filled in is below.
    .next = Fill in all three.

# Rights of the person, and keeping
why = Why
rights-copy = A copy for the person
rights-copy-hint = All that is kept about the person, as a page to read and the documents, without names of staff. That it was given is on record.
rights-copy-language = Language of the copy
rights-copy-make = Make the copy
rights-correct = Something is wrong in it? Correct it in the profile:
erasure = Erasure
erasure-hint = Two people say so, and after 30 days the case cannot be opened any more. What recipients have, and figures that were counted, stay.
erasure-ask = Ask for erasure
erasure-asked = Asked for by
erasure-confirmed = Confirmed by
erasure-confirm = Confirm the erasure
erasure-second = A supervisor, lawyer or administrator of the team has to confirm it.
erasure-stop = Stop it
hold = Held by the law
hold-on = The law holds this case. It cannot be erased.
hold-off = The law does not hold this case.
hold-set = Hold the case
hold-end = End the hold
retention = How long it is kept

# Sharing without consent, and handing over
overrides = Without consent
overrides-hint = What no consent covers needs a reason and a second person, and is shared once. It stays on record.
override-ask = Ask to share without consent
override-asked = A second person has to approve it
override-approved = Approved
override-used = It was shared
override-approve = Approve
override-second = You asked for it. A supervisor, lawyer or administrator of the team has to approve it.
hand-over = Hand the case over
hand-over-hint = They are offered to go on with the case. Once they do, your team writes into it no more, and is told what becomes of what was shared.
handover-offered = The case is offered to:
handover-given = The case was handed over to:
handover-taken = The case was taken over from:
take-over = Go on with the case
take-over-hint = The sender offers that your team goes on with the case. All that is shared becomes a case of yours; they are told that you have it.
take-over-told = They are told what becomes of:
take-over-button = Go on with it
dossier-opened-hint = The sender sees which documents you open, and when.
dossier-back = Back to what is shared
failure-no-title = The case has no title.
    .safe = Nothing was changed.
    .next = Write a reference such as 2026-014.

# Copies that say less
document-save = Save a copy outside
# The names of files that nobody named.
copy-name = copy
bundle-name = bundle
# Between the parts of a list.
between = {", "}
document-custody = What was done with it, and who opened it
redact = Black out
redact-hint = Draw boxes on the pages, or write them as numbers in per cent of the page; the lines over it are 10 per cent apart. A copy is made of what is seen, with the boxes burnt in and without metadata; the original stays.
redact-boxes = Boxes
redact-page = Page
redact-x = From the left %
redact-y = From the top %
redact-width = Width %
redact-height = Height %
redact-name = Name of the copy (or leave it empty)
redact-make = Make the copy
redact-more = More boxes
redact-strip = Only take metadata out
copy-lost = { $n ->
    [one] One part of the original could not be drawn, and is missing in this copy. Look at it before you give it away.
   *[other] { $n } parts of the original could not be drawn, and are missing in this copy. Look at it before you give it away.
}
redact-unseen = { $n ->
    [one] One more page is in the copy and is not shown here. A box on it is written as numbers; look at the whole copy before you give it away.
   *[other] { $n } more pages are in the copy and are not shown here. Boxes on them are written as numbers; look at the whole copy before you give it away.
}
copy-redacted = A copy with parts blacked out, of:
copy-stripped = A copy without metadata, of:
failure-box-numbers = A box has a number missing, or one that is none.
    .safe = No copy was made. What you wrote is below.
    .next = Write the page, and four numbers between 0 and 100.
failure-no-box = There is no box.
    .safe = No copy was made.
    .next = Draw one, or take only the metadata out.
failure-box-strip = A copy without metadata has no boxes in it.
    .safe = Nothing was made, and the document is as it was.
    .next = Make a redacted copy, or take the boxes away first.
failure-cut-short = You stopped it, or the program was locked.
    .safe = Nothing was saved. That it was opened for this is on record.
    .next = Begin again when you want it.
screening-open = { $n ->
    [0] Every question is answered.
    [one] One question is unanswered.
   *[other] { $n } questions are unanswered.
}

# What a document says besides
document-found = Besides what is seen, it says:
found-location = where it was made
found-author = who made it, or who is named in it
found-device = with which device
found-time = when
found-thumbnail = a small picture, maybe of an earlier state
found-software = with which program
found-comment = comments, or its history
found-embedded-file = a file within it
found-unknown-kind = maybe anything: its kind cannot be examined

# More of what was done
sharing-taken-over = Taken over
event-handover-offered = Case offered to another team
event-takeover-offered = Case offered to another team
event-case-handed-over = Case handed over
event-case-taken-over = Case taken over
event-dossier-received = Something shared was received
event-case-key-given = Key of the case given
event-keys-forgotten = Old keys forgotten
event-ring-kept = Keys kept
event-unknown = Something that a later version knows

# The signed form of a consent
consent-form = The signed form
consent-no-form = None, or not among the documents

# Cards of what is shared
share-by = Shared by
share-under = Under the consent of
share-under-none = No consent: a second person allowed it
share-answer = They say:
share-not-opened = Not opened yet
share-says-unsent = It is still on this device. It goes to them once the servers are reached.
share-says-not-allowed = Neither a consent nor a second person allows it. It was sent to nobody.
share-says-sent = They can read it. They have not answered yet.
share-says-accepted = They accepted it, and can read it.
share-says-rejected = They did not accept it.
share-says-done = They say that what it is for is done. They can still read it.
share-says-taken-over = They go on with the case.
share-says-revoked = Your team ended it. They cannot read it any more.
share-says-withdrawn = The consent was withdrawn. They cannot read it any more.
share-says-expired = Its last day is over. They cannot read it any more.
share-says-unreadable = What the vault holds of it does not verify. Tell an administrator.

# What is handed over
hand-over-given = They go on with this, and with nothing else:
hand-over-no-document = No document.
hand-over-told = Your team is told what becomes of
hand-over-sure = Once they go on with it, nobody of your team writes into it any more. Until then you can take the offer back: end the share.
hand-over-kept = { $n ->
    [0] Every document of the case is among them.
    [one] One document of the case is not shared with them, and stays with your team.
   *[other] { $n } documents of the case are not shared with them, and stay with your team.
}
failure-no-telling = Nothing was chosen that your team is told of.
    .safe = The case was not offered.
    .next = Choose at least one field.

# Versions of a document, and what it says besides
document-added = Added by
versions = Versions
version = Version { $n }
version-newest = Newest
version-to-newest = Go to the newest
back-to-document = Back to the document
details = Hidden details
details-show = Show what it says
details-hint = As the file has it; whoever made it may have written anything. It is shown here alone. On record is that you looked, and which kinds were found.
details-none = Nothing was found besides what is seen.
details-kind = It says
details-name = Called in the file
details-value = Value

# Boxes of a copy
redact-box = Box { $n }
redact-without = Remove
