#!/usr/bin/env python3
"""Writes the corpus' first inputs: the vectors of wire/vectors, each where a target reads such bytes."""

import json
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
VECTORS = HERE.parent.parent / "wire/vectors"
LONGEST = 1400

# Kinds of vectors, by the target that reads them as they are.
KINDS = {
    "wire_requests": ["Credentials", "ServerInfo", "ServerEntry", "Label", "opaque<300>", "text<64>", "optional<Time>"],
    "wire_log": ["SignedLogEntry", "Author", "LogPosition"],
    "wire_feed": ["FeedItem"],
    "wire_commits": ["CommitData", "commit"],
    "wire_keyserver": ["Refusal", "HeadRecord", "HeadPage"],
    "wire_vault": ["Entry"],
    "wire_texts": ["text of person"],
    "wire_statistics": ["SignedAggregator", "Contribution", "ReportList", "Reported", "Progress", "Job", "Answers"],
}


def keep(target, name, data):
    folder = HERE / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    if len(data) <= LONGEST:
        (folder / name).write_bytes(data)


def vectors(kind):
    for path in sorted((VECTORS / kind).glob("*.json")):
        yield path.stem, json.loads(path.read_text())


def piece(data):
    return len(data).to_bytes(2, "big") + data


def log():
    """Entries, one of each statement by each kind of author; and statements for the fold."""
    seen = set()
    for name, vector in vectors("log"):
        for entry in map(bytes.fromhex, vector["hex"] if isinstance(vector["hex"], list) else []):
            at = 80 + (17 if entry[80] == 2 else 1)
            if (entry[80], entry[at : at + 2]) in seen:
                continue
            seen.add((entry[80], entry[at : at + 2]))
            keep("wire_log", name, entry)
            statement = entry[at:-64]
            keep("log_fold", name, bytes([0x80]) + piece(statement) + bytes([0x84]) + piece(statement))
            keep("keyserver_http", name, b"\1\0\0" + piece(statement) + b"\0\1\0\0" + b"\1\4\0\0\0\4\0")


def events():
    for name, vector in vectors("events"):
        if vector["valid"] and "body" in vector["inputs"]:
            code = vector["inputs"]["class"].to_bytes(2, "big")
            body = bytes.fromhex(vector["inputs"]["body"])
            keep("event_bodies", name, code + body)
            keep("journal_bodies", name, bytes(1) + code + bytes(8) + body)


def stories():
    """Events of cases and teams told in a row: each alone, and those that answer one another. An event's number, 32 times, is its hash."""
    told = {}
    for _, vector in vectors("events"):
        if vector["valid"] and "body" in vector["inputs"]:
            told.setdefault(vector["inputs"]["class"], bytes.fromhex(vector["inputs"]["body"]))

    def tell(who, code, body=None):
        body = told.get(code, b"") if body is None else body
        return bytes([who]) + code.to_bytes(2, "big") + (1_800_000_000_000).to_bytes(8, "big") + bytes([9, 0]) + piece(body)

    for code in told:
        if code in range(0x0110, 0x0142) or code >= 0x0203:
            keep("event_stories", f"class-{code:04x}", tell(1, code))
    first = bytes(32)
    keep("event_stories", "consent", tell(1, 0x0110) + tell(2, 0x0117, first) + tell(1, 0x0112) + tell(1, 0x0111))
    keep("event_stories", "override", tell(1, 0x0115) + tell(0, 0x0116, first) + tell(1, 0x0112))
    keep("event_stories", "plan", tell(1, 0x0131) + tell(0, 0x0132, first))
    keep("event_stories", "erasure", tell(1, 0x0204) + tell(0, 0x0205, first) + tell(2, 0x0206, first))
    keep("event_stories", "dossier", tell(1, 0x0401) + tell(2, 0x0402) + tell(1, 0x0403))


def shares():
    keep("wire_shares", "grant", bytes([3]) * 32 + (1_800_000_000_000).to_bytes(8, "big") + bytes([48]) + bytes([4]) * 48)
    keep("wire_shares", "grant-of-nothing", bytes([3]) * 32 + bytes(8) + bytes([0]))
    keep("wire_shares", "deletion", bytes([5]) * 16 + (1_800_000_000_000).to_bytes(8, "big"))
    keep("wire_shares", "taken", bytes([16]) + bytes(7) + bytes([1]) + bytes(7) + bytes([2]))
    delivery = bytes(7) + bytes([1]) + bytes([8]) + b"envelope"
    delivered = bytes(8) + bytes([6]) * 32 + delivery
    keep("wire_shares", "delivery", delivery)
    keep("wire_shares", "delivered", delivered)
    keep("wire_shares", "inbox", bytes([len(delivered)]) + delivered + bytes([0]))


def statistics():
    """What the vectors have too, with keys and shares that are short."""
    period = (2026).to_bytes(2, "big") + b"\1"

    def part(kind):
        terms = bytes([5]) * 32 + (227).to_bytes(2, "big") + (74).to_bytes(2, "big") + (13).to_bytes(4, "big") + (25).to_bytes(4, "big")
        return bytes([6]) * 32 + period + bytes([kind]) + b"\5Alpha" + b"\4key" + bytes([kind]) + terms

    def share(kind):
        return bytes([7]) * 32 + bytes([kind]) + bytes([8]) * 32 + (29).to_bytes(8, "big") + (1).to_bytes(8, "big") + b"\4noise"[:5] + bytes(64)

    prepared = bytes([9]) * 16 + b"\2pu" + b"\2he" + b"\2me"
    report = bytes([9]) * 16 + bytes([7]) * 32 + b"\2pu" + b"\2le" + b"\2he"
    closing = part(2) + part(1) + b"\3" + period + bytes(64)
    keep("wire_statistics", "closing", closing)
    keep("wire_statistics", "share", share(2))
    keep("wire_statistics", "released", closing + share(1))
    keep("wire_statistics", "contribution", bytes([len(report)]) + report)
    keep("wire_statistics", "job", bytes([8]) * 32 + (1).to_bytes(8, "big") + bytes([3]) * 32 + bytes(8) + bytes([len(prepared)]) + prepared)
    keep("wire_statistics", "progress", (30).to_bytes(8, "big") + b"\0" + (30).to_bytes(8, "big") + b"\1" + share(2))
    for text in ["2026", "2026-Q4", "2999-Q1", "2026-Q5"]:
        keep("wire_statistics", f"period-{text}", text.encode())
    change = b"\1\0" + bytes([0, 9, 4, 1])
    keep("statistics_reports", "whole", bytes([1]) * 16 + bytes(8))
    for at in range(5):
        keep("statistics_reports", f"changed-{at}", bytes([1]) * 16 + bytes(at) + change)


def bundles():
    info = b"Payload-Oxum: 1.1\n"
    keep("evidence_bundles", "bag", b"\2\1\0\0" + b"\0" + piece(b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n") + b"\1" + piece(info))
    keep("evidence_bundles", "manifest", b"\2\1\0\0" + b"\2" + piece(b"0" * 64 + b"  data/custody/log.bin\n") + b"\6" + piece(bytes(40)))
    keep("evidence_bundles", "log", b"\0" + b"\1\0\10\4\1" + b"\1\0\4abcd")


def files():
    for name, vector in vectors("keystore"):
        if "file" in vector["inputs"]:
            keep("keystore_files", name, bytes.fromhex(vector["inputs"]["file"]))
    for name, vector in vectors("invitation"):
        if "text" in vector["inputs"]:
            keep("invitation_codes", name, vector["inputs"]["text"].encode())


def texts():
    for at, text in enumerate(["name,role,teams\r\nNadia,legal,North;South\r\n", 'name,role,teams,person\n"a ""b""",legal,,\n=1,legal,;=x,']):
        keep("people_csv", f"file-{at}", text.encode())
    for at, text in enumerate(["report.pdf", "../\u202egpj.exe", "CON .txt.", "\u05d0\u200b\x1b[31m"]):
        keep("shown_names", f"name-{at}", text.encode())
    for at, text in enumerate(["2027-12-31", "72h", "18446744073709551615s", "\0" * 8]):
        keep("typed_times", f"time-{at}", text.encode())
    for at, text in enumerate(["prs_Birthdate=2001-02-29", "prs_Citizenship=NL;be", "con_Consent=yes", "prs_MailingLatitude=-52.1", "cv_=x"]):
        keep("case_fields", f"field-{at}", text.encode())
    keep("wire_texts", "problem", b'{"type":"urn:casevault:problem:full","title":"t","status":507,"code":"full"}')


def requests():
    """For each server, one request to each path, by each method."""
    for path in range(28):
        for method in range(4):
            keep("keyserver_http", f"path-{path}-{method}", bytes([1 + path % 3, 4, 0, 0, method, path, 0]))
    for path in range(19):
        one = bytes([1, 3, 0, 0, path % 5, path, 8]) + bytes(7) + bytes([64, 0])
        keep("vault_http", f"path-{path}", one + bytes([1, 0, 0, 4]) + b"seal" + b"\1\0\4blob\1" + bytes([1, 0, 0]))
    upload = bytes([1, 3, 0, 0, 1, 3, 8]) + bytes(7) + bytes([5, 0])
    patch = bytes([1, 3]) + piece(b"hello") + bytes([2, 18, 4]) + bytes(9)
    keep("vault_http", "upload", upload + patch + bytes([1, 3, 0, 0, 4, 18, 0]))


def plain():
    """Inputs without a form: zeros, ones, and counting up."""
    every = [path.name for path in (HERE / "corpus").iterdir()]
    rest = ["wire_recovery", "seal_records", "seal_bundles", "seal_to_keys", "journal_plaintexts", "head_records", "document_streams"]
    rest += ["document_blobs", "invitation_contents", "share_words", "share_sets", "mls_key_packages", "mls_commits", "mls_welcomes"]
    for target in every + rest:
        for name, data in [("zeros", bytes(64)), ("ones", bytes([1]) * 64), ("counting", bytes(range(256)))]:
            keep(target, name, data)


def main():
    for name, vector in vectors("codec"):
        for target, kinds in KINDS.items():
            if vector["type"] in kinds:
                keep(target, name, bytes.fromhex(vector["hex"]))
    log()
    events()
    stories()
    shares()
    statistics()
    bundles()
    files()
    texts()
    requests()
    plain()


if __name__ == "__main__":
    main()
