#!/usr/bin/env python3
"""Writes the vectors of SPEC 6.5 and of R-6.3-16 from the text alone, sharing no code with the programs: bodies of events, and what cases,
teams' journals and the directory fold to. Where `valid` is false a body is none, or the fold is not what stands there.

    python3 wire/vectors/events.py
"""
import struct

from primitives import labelled_hash, opaque, public, sign
from reference import FULL, drawn, write

CERTIFICATE, KEY_GENERATION, OPENED, TITLE, STATUS, FIELDS, ADDED, REPLACED, READ, NOTE = 1, 2, *range(0x101, 0x109)
CONSENT, WITHDRAWN, SHARE, ENDED, DOSSIER_KEY, ASKED, APPROVED, CONFIRMED = range(0x110, 0x118)
RECEIVED, MADE, ANSWERED, OVER, TAKEOVER = 0x203, *range(0x401, 0x405)
HANDOVER, HANDED_OVER, TAKEN_OVER = range(0x118, 0x11b)
RECORD, PLAN, PLAN_APPROVED = range(0x130, 0x133)
HOLD, RETENTION, ERASE, ERASE_CONFIRMED, ERASE_BACK, RING_KEPT, FORGOTTEN = 0x140, 0x141, *range(0x204, 0x209)
EXPORTED, GIVEN, SUMMARY, PERSON_NAME, DEVICE_NAME, TEAM_NAME = 0x120, 0x201, 0x202, 0x301, 0x302, 0x303
COPIED, FOUND, KEPT, DATA_GIVEN = 0x121, 0x122, 0x123, 0x124


def u64(*numbers):
    return struct.pack(f">{len(numbers)}Q", *numbers)


def text(words):
    return opaque(words.encode())


def fields(**values):
    return opaque(b"".join(text(name) + text(value) for name, value in values.items()))


def version(number, name="scan.pdf", document="document", length=9):
    seal = u64(length, 1) + drawn("sha256") + drawn("commitment") + drawn(f"digest {number}")
    return drawn(document, 16) + u64(number) + text(name) + text("application/pdf") + seal + drawn("content key")


def consent(by=1, purpose="legal aid", recipients=1, form=b"\0", language="ar"):
    return (drawn("consent", 16) + bytes([by]) + text("") + text(purpose) + opaque(RECIPIENT * recipients)
            + opaque(drawn("document", 16) + drawn("blob")) + opaque(text("vic_Gender")) + u64(99) + form + text(language) + b"\0\1")


def copied(how=1, boxes=1, pages=2):
    named = drawn("copy", 16) + u64(1) + drawn("copy blob") + drawn("document", 16) + u64(3) + drawn("blob")
    return named + drawn("sha256") + bytes([how]) + struct.pack(">I", pages) + opaque(struct.pack(">I4H", 2, 1000, 0, 5000, 10000) * boxes)


def record(kind=1, name="record", **values):
    return bytes([kind]) + drawn(name, 16) + fields(**values)


def plan(objectives="a safe home", review="2027-01-31", goals=1, due="2026-12"):
    return text(objectives) + text(review) + opaque((drawn("goal", 16) + text("learns to read") + text(due)) * goals)


def kept(*made):
    keys = b"".join(u64(generation) + drawn(f"kept {generation}") for generation in made)
    return opaque(drawn("case", 16) + opaque(keys) + text("Mira") + b"\1")


RECIPIENT = drawn("partner") + drawn("legal team")
SHARED = RECIPIENT + text("legal aid") + u64(98)
ENVELOPE = (FULL["organisation"] + FULL["team"] + drawn("dossier", 16) + RECIPIENT + u64(1) + drawn("dossier key") + u64(98, 7)
            + drawn("device", 16) + u64(5) + drawn("log") + drawn("s", 64))


def body_vectors():
    certificate = FULL["organisation"] + FULL["team"] + FULL["journal"] + drawn("author") + drawn("device", 16) + u64(5) + drawn("log") + drawn("s", 64)
    good = [
        ("certificate", CERTIFICATE, certificate), ("key-generation", KEY_GENERATION, u64(2) + drawn("key")),
        ("opened", OPENED, text("Case of Mira")), ("title", TITLE, text("ملف")), ("title-longest", TITLE, text("x" * 1024)),
        ("status", STATUS, b"\4"), ("fields", FIELDS, fields(cv_GuardianName="Løwe", vic_Other="")), ("added", ADDED, version(1)),
        ("replaced", REPLACED, version(2)), ("read", READ, opaque(drawn("document", 16) + u64(1) + drawn("d", 16) + u64(2))),
        ("note", NOTE, text("seen today")), ("exported", EXPORTED, opaque(drawn("document", 16) + u64(1)) + drawn("manifest")),
        ("given", GIVEN, drawn("case", 16) + u64(1, 3) + drawn("case key")),
        ("summary", SUMMARY, drawn("case", 16) + text("Case of Mira") + b"\1"), ("person", PERSON_NAME, drawn("person", 16) + text("Amal")),
        ("device", DEVICE_NAME, drawn("device", 16) + text("telephone")), ("team", TEAM_NAME, FULL["team"] + text("Shelter")),
        ("consent", CONSENT, consent()), ("consent-form", CONSENT, consent(by=4, form=b"\1" + drawn("form", 16) + drawn("form blob"))),
        ("consent-withdrawn", WITHDRAWN, drawn("consent", 16) + text("")),
        ("share", SHARE, drawn("dossier", 16) + drawn("consent", 16) + drawn("given") + SHARED
         + opaque(drawn("document", 16) + drawn("blob") + drawn("shown as", 16)) + opaque(text("vic_Gender")) + b"\0"),
        ("share-ended", ENDED, drawn("dossier", 16) + b"\1"), ("dossier-key", DOSSIER_KEY, drawn("dossier", 16) + u64(1, 9) + drawn("dossier key")),
        ("override", ASKED, RECIPIENT + text("court order") + opaque(b"") + opaque(text("vic_Gender")) + u64(98) + bytes(16) + text("the court asks")),
        ("override-approved", APPROVED, drawn("asked")), ("consent-confirmed", CONFIRMED, drawn("given")), ("received", RECEIVED, ENVELOPE),
        ("copied", COPIED, copied()), ("copied-stripped", COPIED, copied(how=2, boxes=0)),
        ("metadata-found", FOUND, opaque(drawn("document", 16) + drawn("blob") + b"\1\1")),
        ("metadata-kept", KEPT, opaque(drawn("document", 16) + drawn("blob")) + text("the court asks for the file as it is")),
        ("data-given", DATA_GIVEN, opaque(drawn("document", 16) + u64(2))),
        ("service", RECORD, record(cv_Accommodation="Shelter", cv_ServiceState="Planned")), ("movement", RECORD, record(2, cv_Movement="VoluntaryReturn")),
        ("follow-up", RECORD, record(3, cv_FollowUpDate="2027-03-01")), ("goal", RECORD, record(4, "goal", cv_GoalState="Reached")),
        ("service-code-unknown", RECORD, record(cv_Later="Anything")), ("plan", PLAN, plan()), ("plan-empty", PLAN, plan("", "", 0)),
        ("plan-goals-most", PLAN, plan(goals=64)), ("plan-approved", PLAN_APPROVED, drawn("plan")),
        ("hold", HOLD, b"\1" + text("order of the court")), ("retention", RETENTION, u64(99) + text("ten years")),
        ("erasure-asked", ERASE, drawn("case", 16) + text("she asked")), ("erasure-confirmed", ERASE_CONFIRMED, drawn("asked")),
        ("erasure-taken-back", ERASE_BACK, drawn("asked")), ("ring-kept", RING_KEPT, kept(1, 3) + opaque(drawn("gone", 16)) + opaque(drawn("dossier", 16))),
        ("ring-kept-nothing", RING_KEPT, opaque(b"") * 3), ("keys-forgotten", FORGOTTEN, u64(4)),
        ("dossier", MADE, drawn("given") + SHARED), ("answer", ANSWERED, b"\2" + text("not ours")), ("dossier-ended", OVER, b"\3"),
        ("answer-taken-over", ANSWERED, b"\4" + text("")), ("handover-offered", HANDOVER, drawn("dossier", 16) + opaque(text("vic_Gender"))),
        ("handover-offered-telling-nothing", HANDOVER, drawn("dossier", 16) + opaque(b"")), ("handed-over", HANDED_OVER, drawn("dossier", 16) + drawn("answered")),
        ("taken-over", TAKEN_OVER, RECIPIENT + drawn("dossier", 16) + drawn("offered")), ("takeover-offered", TAKEOVER, opaque(text("vic_Gender"))),
    ]
    bad = [
        ("title-too-long", TITLE, text("x" * 1025)), ("title-not-utf8", TITLE, b"\1\xff"), ("status-unknown", STATUS, b"\5"),
        ("status-zero", STATUS, b"\0"), ("fields-too-many", FIELDS, fields(**{f"f{n}": "" for n in range(257)})),
        ("exported-cut", EXPORTED, opaque(drawn("document", 16) + u64(1)) + drawn("manifest")[:31]),
        ("note-left-over", NOTE, text("seen") + b"\0"), ("given-cut", GIVEN, drawn("case", 16) + u64(1, 3) + drawn("case key")[:31]),
        ("class-unknown", 0x0109, text("what a later version writes")), ("media-type-too-long", ADDED,
         version(1).replace(text("application/pdf"), text("x" * 129))), ("team-short", TEAM_NAME, drawn("team", 16) + text("Shelter")),
        ("consent-by-nobody", CONSENT, consent(by=5)), ("consent-purpose-too-long", CONSENT, consent(purpose="x" * 1025)),
        ("consent-recipients-too-many", CONSENT, consent(recipients=17)), ("consent-language-too-long", CONSENT, consent(language="x" * 36)),
        ("share-cut", SHARE, drawn("dossier", 16) + drawn("consent", 16)), ("ended-otherwise", ENDED, drawn("dossier", 16) + b"\4"),
        ("copied-otherwise", COPIED, copied(how=3)), ("copied-boxes-too-many", COPIED, copied(boxes=1025)), ("copied-cut", COPIED, copied()[:-1]),
        ("data-given-cut", DATA_GIVEN, opaque(drawn("document", 16))),
        ("metadata-found-cut", FOUND, opaque(drawn("document", 16) + drawn("blob") + b"\1")),
        ("metadata-kept-reason-too-long", KEPT, opaque(drawn("document", 16) + drawn("blob")) + text("x" * 65537)),
        ("record-of-no-kind", RECORD, record(0)), ("record-of-another-kind", RECORD, record(5)), ("record-cut", RECORD, record()[:16]),
        ("plan-goals-too-many", PLAN, plan(goals=65)), ("plan-date-too-long", PLAN, plan(review="2027-01-31T")),
        ("plan-goal-date-too-long", PLAN, plan(due="2026-12-010")), ("plan-objectives-too-long", PLAN, plan("x" * 32769)),
        ("plan-approved-cut", PLAN_APPROVED, drawn("plan")[:31]),
        ("hold-cut", HOLD, b"\1"), ("retention-cut", RETENTION, u64(99)[1:] + text("")), ("erasure-confirmed-cut", ERASE_CONFIRMED, drawn("asked")[:31]),
        ("erasure-asked-cut", ERASE, drawn("case", 16)), ("erasure-taken-back-left-over", ERASE_BACK, drawn("asked") + b"\0"),
        ("ring-kept-cut", RING_KEPT, kept(1)), ("ring-kept-too-many", RING_KEPT, opaque(b"") + opaque(bytes(16 * 1025)) + opaque(b"")), ("keys-forgotten-cut", FORGOTTEN, u64(4)[1:]),
        ("answer-zero", ANSWERED, b"\0" + text("")), ("answer-unknown", ANSWERED, b"\5" + text("")),
        ("handover-offered-cut", HANDOVER, drawn("dossier", 16)), ("handed-over-cut", HANDED_OVER, drawn("dossier", 16) + drawn("answered")[:31]),
        ("taken-over-cut", TAKEN_OVER, RECIPIENT + drawn("dossier", 16)), ("takeover-offered-too-many", TAKEOVER, opaque(text("f") * 257)),
        ("received-unsigned", RECEIVED, ENVELOPE[:-64]),
    ]
    for valid, cases in ((True, good), (False, bad)):
        for name, kind, data in cases:
            comment = f"class 0x{kind:04x}, {name.replace('-', ' ')}"
            write("events", f"body-{name}", "R-6.5-1", comment, valid, {"class": kind, "body": data.hex()}, {"known": valid})


def fold(name, rule, valid, comment, what, events, expected, log=()):
    told = [{"class": e[0], "body": e[1].hex(), **(e[2] if len(e) > 2 else {})} for e in events]
    write("events", name, rule, comment, valid, {"fold": what, "events": told, "log": [entry.hex() for entry in log]}, expected)


def case_vectors():
    events = [
        (OPENED, text("Mira")), (FIELDS, fields(a="1", b="2")), (ADDED, version(1, "one.pdf")), (TITLE, text("Mira L.")), (FIELDS, fields(a="3", b="")),
        (REPLACED, version(2, "hers.pdf")), (REPLACED, version(2, "his.pdf")), (STATUS, b"\3"), (0x0109, b"later"), (NOTE, text("seen")),
        (READ, opaque(drawn("document", 16) + u64(1) + drawn("document", 16) + u64(2))), (STATUS, b"\2"),
    ]
    right = {"title": "Mira L.", "status": 2, "fields": {"a": "3"}, "documents": ["his.pdf"], "versions": 3, "custody": 13}
    fold("case", "R-6.5-2", True, "the last writer wins, an empty value clears, each opened document is a line of custody", "case", events, right)
    for name, change, comment in [
        ("first-title", {"title": "Mira"}, "the first title"), ("cleared-kept", {"fields": {"a": "3", "b": ""}}, "a cleared field as an empty one"),
        ("by-version", {"documents": ["hers.pdf"]}, "the first of two versions of one number"), ("unknown-dropped", {"custody": 12}, "an unknown event left out"),
        ("versions-merged", {"versions": 2}, "a version replaced by another of its number"),
    ]:
        fold(f"case-{name}", "R-6.5-2", False, comment, "case", events, {**right, **change})


def field_vectors():
    for name, field, given, stored, valid, comment in [
        ("codes", "vic_TypeOfExploitation", "ForcedLabour;Servitude", "ForcedLabour;Servitude", True, "codes in the list's order"),
        ("code", "cv_MethodsOfControl", "UsesChildren", "UsesChildren", True, "a code of the extension"),
        ("codes-order", "vic_TypeOfExploitation", "Servitude;ForcedLabour", "Servitude;ForcedLabour", False, "codes in another order"),
        ("code-unknown", "vic_TypeOfExploitation", "Piracy", "Piracy", False, "a code that the list does not have"),
        ("name-unknown", "vic_Nothing", "1", "1", False, "a field that the list does not have"),
    ]:
        write("events", f"field-{name}", "R-6.5-3", comment, valid, {"field": field, "value": given}, {"stored": stored})


def team_vectors():
    case = drawn("case", 16)

    def given(generation, made, name, header=None):
        return (GIVEN, case + u64(generation, made) + drawn(name), {"team_generation": header or made})

    events = [given(2, 1, "no first"), given(1, 1, "first"), given(1, 2, "first again"), given(3, 2, "skips"), given(2, 1, "same team key"),
              given(2, 3, "of another header", header=2), given(2, 3, "second"), given(2, 4, "too late")]
    keys = {"1": [1, drawn("first").hex()], "2": [3, drawn("second").hex()]}
    fold("ring", "R-6.3-16", True, "each generation once, without gaps, each in a later team generation", "team", events, {"keys": keys, "cases": {}})
    for name, wrong, comment in [("ring-last", {"2": [4, drawn("too late").hex()]}, "the last of two keys of one generation"),
                                 ("ring-header", {"2": [3, drawn("of another header").hex()]}, "a key of another team generation than its header's"),
                                 ("ring-gap", {"3": [2, drawn("skips").hex()]}, "a generation with none before it")]:
        fold(name, "R-6.3-16", False, comment, "team", events, {"keys": {**keys, **wrong}, "cases": {}})
    later = {"team_generation": 4}
    events = [(RING_KEPT, kept(1, 3) + opaque(b"") * 2, later), (RING_KEPT, kept(1, 2) + opaque(b"") * 2, later), given(3, 4, "after"), given(4, 4, "too soon"), given(4, 5, "next")]
    told = {"keys": {"1": [1, drawn("kept 1").hex()], "2": [3, drawn("kept 3").hex()], "3": [4, drawn("after").hex()], "4": [5, drawn("next").hex()]},
            "cases": {case.hex(): ["Mira", 1]}}
    fold("ring-kept", "R-6.11-4", True, "what is kept goes on, and is never replaced", "team", events, told)
    other = {"keys": {**told["keys"], "2": [2, drawn("kept 2").hex()]}}
    fold("ring-kept-other", "R-6.11-4", False, "the other key of a generation", "team", events, {**told, **other})
    fold("ring-kept-own", "R-6.11-4", True, "keys of the event's own generation are given, not kept", "team", [(RING_KEPT, kept(1, 4) + opaque(b"") * 2, later)],
         {"keys": {"1": [1, drawn("kept 1").hex()]}, "cases": {case.hex(): ["Mira", 1]}})
    events = [(SUMMARY, case + text("Mira") + b"\1"), given(1, 1, "first"), (SUMMARY, case + text("Mira L.") + b"\3")]
    told = {"keys": {"1": [1, drawn("first").hex()]}, "cases": {case.hex(): ["Mira L.", 3]}}
    fold("team", "R-6.5-4", True, "keys, and the last summary", "team", events, told)
    fold("team-first-summary", "R-6.5-4", False, "the first summary", "team", events, {**told, "cases": {case.hex(): ["Mira", 1]}})
    fold("team-no-keys", "R-6.5-4", False, "no keys", "team", events, {**told, "keys": {}})


def assistance_vectors():
    log, people, _, _ = log_of_people()
    length = len(log)

    def said(who, kind, body, at=length, time=1795824000000):
        return (kind, body, {"person": people[who].hex(), "log_length": at, "time": time})

    events = [
        said("bela", RECORD, record(cv_Accommodation="Shelter", cv_ServiceState="Planned", cv_ServiceUntil="2026-11-27")),
        said("chidi", RECORD, record(cv_ServiceState="UnderWay", cv_Later="Anything")), said("bela", RECORD, record(3, cv_FollowUpDate="2026-11-28")),
        said("bela", PLAN, plan()),
    ]
    service = {"cv_Accommodation": "Shelter", "cv_ServiceState": "UnderWay", "cv_ServiceUntil": "2026-11-27", "cv_Later": "Anything"}
    name = drawn("record", 16).hex()
    right = {"records": {f"service {name}": service, f"follow-up {name}": {"cv_FollowUpDate": "2026-11-28"}}, "overdue": [f"service {name}"]}
    state = {"approved": False, "verdicts": []}
    fold("records", "R-6.10-1", True, "the last value of each field of a record holds", "assistance", events, {**right, **state}, log)
    fold("records-whole", "R-6.10-1", False, "a later event in the place of the whole record", "assistance", events,
         {**right, **state, "records": {**right["records"], f"service {name}": {"cv_ServiceState": "UnderWay", "cv_Later": "Anything"}}}, log)
    fold("records-overdue", "R-6.10-4", False, "overdue on its last day", "assistance", events, {**right, **state, "overdue": [f"follow-up {name}", f"service {name}"]}, log)
    made = b"\3" * 32  # tests hash no headers: each has its place in the journal as its hash
    approvals = [("amal", length), ("bela", length), ("dana", length), ("dana", length - 1), ("bela", length)]
    told = events + [said(who, PLAN_APPROVED, made, at) for who, at in approvals]
    right.update(approved=True, verdicts=["no-supervisor", "no-supervisor", "counts", "no-supervisor", "no-supervisor"])
    fold("approval", "R-6.10-2", True, "a supervisor's word counts, at the position where she is one", "assistance", told, right, log)
    fold("approval-forged", "R-6.10-2", False, "a caseworker's word", "assistance", told[:6], {**right, "verdicts": ["no-supervisor", "counts"]}, log)
    hers = events[:3] + [said("dana", PLAN, plan()), said("dana", PLAN_APPROVED, made)]
    fold("approval-of-author", "R-6.10-2", False, "her own plan", "assistance", hers, {**right, "verdicts": ["counts"]}, log)
    replayed = events + [said("bela", PLAN, plan("another")), said("dana", PLAN_APPROVED, made)]
    fold("approval-of-older", "R-6.10-2", False, "an older plan's approval", "assistance", replayed, {**right, "verdicts": ["counts"]}, log)
    minor = [said("bela", FIELDS, fields(prs_Birthdate="2008-11-29")), *events[1:], said("dana", PLAN_APPROVED, made)]
    guarded = [said("bela", FIELDS, fields(prs_Birthdate="2008-11-29", cv_GuardianName="her aunt")), *minor[1:]]
    del service["cv_Accommodation"], service["cv_ServiceUntil"]
    right.update(overdue=[], verdicts=["counts"])
    fold("minor", "R-6.10-3", True, "a minor with a guardian", "assistance", guarded, right, log)
    fold("minor-alone", "R-6.10-3", False, "a minor without one, on the last day before she is 18", "assistance", minor, right, log)


def log_of_people():
    """A log with an administrator, a caseworker in a team and one outside, and at its end a supervisor; and who they are."""
    root, log = drawn("root"), []
    seeds = {name: (drawn(f"{name} signing"), drawn(f"{name} mls")) for name in ("amal", "bela", "chidi", "dana")}
    keys = {name: public(signing) + public(mls) for name, (signing, mls) in seeds.items()}
    devices = {name: labelled_hash("device keys hash", k)[:16] for name, k in keys.items()}
    people = {name: drawn(f"person {name}", 16) for name in seeds}

    def state(kind, content, by="amal"):
        organisation = labelled_hash("log entry hash", log[0]) if log else bytes(32)
        previous = labelled_hash("log entry hash", log[-1]) if log else bytes(32)
        author, seed = (b"\1", root) if by is None else (b"\2" + devices[by], seeds[by][0])
        entry = organisation + u64(len(log)) + previous + u64(1) + author + struct.pack(">H", kind) + content
        log.append(entry + sign(seed, "log entry", entry))

    servers = b"".join(text("https://server") + public(drawn(name)) for name in ("keyserver", "vault"))
    state(1, public(root) + servers + b"\0\x4d" + drawn("salt", 16), None)
    state(2, people["amal"] + b"\1", None)
    state(3, people["amal"] + keys["amal"], None)
    for name in ("bela", "chidi"):
        state(2, people[name] + b"\2")
        state(3, people[name] + keys[name])
    state(7, b"\2" + opaque(people["bela"]) + drawn("team salt", 16))
    team = labelled_hash("log entry hash", log[-1])
    state(2, people["dana"] + b"\3")
    return log, people, devices, team


def directory_vectors():
    log, people, devices, team = log_of_people()

    def said(who, kind, named, name, length=len(log)):
        return (kind, named + text(name), {"person": people[who].hex(), "log_length": length})

    events = [
        said("amal", PERSON_NAME, people["bela"], "Bela"), said("chidi", PERSON_NAME, people["bela"], "not Bela"),
        said("chidi", PERSON_NAME, people["chidi"], "Chidi"), said("chidi", DEVICE_NAME, devices["bela"], "not hers"),
        said("bela", DEVICE_NAME, devices["bela"], "Bela's telephone"), said("bela", TEAM_NAME, team, "Shelter"),
        said("chidi", TEAM_NAME, team, "not Shelter"), said("bela", TEAM_NAME, team, "before there was a team", len(log) - 2),
    ]
    right = {people["bela"].hex(): "Bela", people["chidi"].hex(): "Chidi", devices["bela"].hex(): "Bela's telephone", team.hex(): "Shelter"}
    fold("directory", "R-6.5-5", True, "names count by who gives them", "directory", events, right, log)
    for name, key, wrong, comment in [
        ("person", people["bela"], "not Bela", "a name by somebody else"), ("device", devices["bela"], "not hers", "a name of another's device"),
        ("team", team, "not Shelter", "a name by somebody who is not in the team"),
        ("team-early", team, "before there was a team", "a name by somebody who was not in the team yet"),
    ]:
        fold(f"directory-{name}", "R-6.5-5", False, comment, "directory", events, {**right, key.hex(): wrong}, log)


if __name__ == "__main__":
    for vectors in (body_vectors, case_vectors, field_vectors, team_vectors, assistance_vectors, directory_vectors):
        vectors()
