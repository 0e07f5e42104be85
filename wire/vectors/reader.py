#!/usr/bin/env python3
"""Reads what the programs wrote, given the keys. Written from SPEC.md; shares `primitives.py` with the vectors, and nothing with the programs.

    python3 wire/vectors/reader.py DIRECTORY...

A directory holds bytes as servers and devices keep them: `log` (8.1) and `feed` (8.4), entry after entry; `invitations/ID` and `joins/ID`
(8.2); `links/TEAM/GENERATION` (8.3.4); `journals/TEAM/JOURNAL` (6.3), entry after entry; `blobs/DIGEST` (6.4); `keystore` (6.6). And
`keys.json`: the root's `fingerprint`, a device's `passphrase`, invitations' `codes`, and of each of the device's `teams` the newest
`generation` and its `key`. For each directory a line of JSON says what a person would read there, or which rule is broken.
"""
import base64, binascii, functools, hashlib, hmac, json, pathlib, struct, sys, unicodedata

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from primitives import (CHUNK, LABEL, SUITE, Bytes, Refused, blake3, chosen, context, derived, followed, hkdf, labelled_hash, listed, must,
                        opaque, padded, public, sized, structure, text, u8, u16, u64, unseal, verify, whole)

# --- 8.1, 8.4: the organisation log and the feed -------------------------------------------------------------------------

server = structure("address", text(256), "key", 32)
event_of_feed = chosen({
    1: structure("team", 32, "epoch", u64, "commit", 32, "rotation", 16, "log_length", u64, "generation", u64, "access", 32, "sealing", 32),
    2: structure("team", 32, "epoch", u64, "commit", 32), 3: structure("team", 32, "epoch", u64, "generation", u64),
    4: structure("team", 32, "frozen", u8), 5: structure("length", u64, "hash", 32)}, "8.4-1", 1)
feed_item = structure("organisation", 32, "sequence", u64, "previous", 32, "time", u64, "event", event_of_feed)
statement = chosen({
    1: structure("root", 32, "keyserver", server, "vault", server, "suite", u16, "salt", 16), 2: structure("person", 16, "role", u8),
    3: structure("person", 16, "signing", 32, "mls", 32), 4: structure("person", 16, "role", u8), 5: structure("person", 16),
    6: structure("device", 16), 7: structure("sort", u8, "members", listed(16000, lambda b: b.take(16)), "salt", 16),
    8: structure("team", 32, "person", 16), 9: structure("team", 32, "person", 16), 10: structure("team", 32),
    11: structure("team", 32, "frozen", u8), 12: structure("team", 32, "receipt", followed(feed_item, 64), "key", sized(1216, 1216)),
    13: structure("team", 32, "epoch", u64, "commit", 32)}, "8.1-2", 2)
author = chosen({1: structure(), 2: structure("device", 16)}, "8.1-1", 1)
log_entry = structure("organisation", 32, "sequence", u64, "previous", 32, "time", u64, "author", author, "statement", statement)


def chain(data, read, labels, rule):
    """The links of a chain, each with its content, its signature and its hash."""
    previous = bytes(32)
    for n, (one, content, signature) in enumerate(Bytes(data).many(followed(read, 64))):
        must((one["sequence"], one["previous"]) == (n, previous), rule)
        previous = labelled_hash(labels + " hash", content + signature)
        yield one, content, signature, previous


class Organisation:
    """Who was what at which length of the log: `spans` has the lengths from which and up to which something was current, each time."""

    def __init__(self, log, fingerprint):
        self.hashes, self.devices, self.roles, self.directory, self.spans = [], {}, [], None, {}
        for entry, content, signature, digest in chain(log, log_entry, "log entry", "8.1-1"):
            n, s, device = len(self.hashes), entry["statement"], entry["author"].get("device")
            if n == 0:
                must(s["kind"] == 1 and s["suite"] == 77 and labelled_hash("root fingerprint", s["root"]) == fingerprint, "8.1-7")
                self.id, self.found = digest, s
            must(entry["organisation"] == (self.id if n else bytes(32)), "8.1-1")
            must(self.trusts(device, n) if device else s["kind"] < 4 and n < 3, "8.1-3")
            verify(self.devices[device]["signing"] if device else self.found["root"], "log entry", content, signature, "8.1-3")
            self.hashes.append(digest)
            self.apply(s, digest, n + 1)

    def apply(self, s, digest, n):
        kind, person, team = s["kind"], s.get("person"), s.get("team")
        begun = {2: [(person,)], 7: [(digest, p) for p in s.get("members", [])], 8: [(team, person)]}.get(kind, [])
        ended = {5: [key for key in self.spans if person in key], 6: [key for key in self.spans if s.get("device") in key], 9: [(team, person)]}
        if kind == 3:
            device = labelled_hash("device keys hash", s["signing"] + s["mls"])[:16]
            self.devices[device], begun = s, [(device, person)]
        if kind in (2, 4):
            self.roles.append((n, person, s["role"]))
        if kind == 7 and s["sort"] == 1:
            self.directory = digest
        if kind == 12:
            item, content, signature = s["receipt"]
            named = {"kind": 1, "team": team, "sealing": labelled_hash("sealing key hash", opaque(s["key"]))}
            must(item["organisation"] == self.id and named.items() <= item["event"].items(), "8.1-8")
            verify(self.found["keyserver"]["key"], "feed item", content, signature, "8.1-8")
        for key in begun:
            self.spans.setdefault(key, []).append([n, 1 << 64])
        for key in ended.get(kind, []):
            must(key in self.spans, "8.1-2")
            self.spans[key][-1][1] = min(self.spans[key][-1][1], n)

    def holds(self, key, n):
        return any(since <= n < until for since, until in self.spans.get(key, []))

    def trusts(self, device, n):
        return device in self.devices and self.holds((device, self.devices[device]["person"]), n)

    def of_team(self, person, team, n):
        return self.holds((team, person), n) or team == self.directory and self.holds((person,), n)

    def role(self, person, n):
        return [role for since, who, role in self.roles if who == person and since <= n][-1]


def read_feed(data, organisation):
    for item, content, signature, _ in chain(data, feed_item, "feed item", "8.4-7"):
        verify(organisation.found["keyserver"]["key"], "feed item", content, signature, "8.4-7")
        e, hashes = item["event"], organisation.hashes
        must(hashes[e.get("length", 1) - 1] == e.get("hash", hashes[0]), "8.1-7")
        yield e["kind"]


# --- 6.3, 6.5: journals and events ---------------------------------------------------------------------------------------

name, title = text(1024), structure("title", text(1024))
version = structure("document", 16, "version", u64, "name", name, "media_type", text(128), "length", u64, "chunks", u64, "sha256", 32,
                    "commitment", 32, "digest", 32, "key", 32)
certificate = followed(structure("organisation", 32, "team", 32, "journal", 16, "author", 32, "device", 16, "log_length", u64, "log_hash", 32), 64)
BODY = {
    0x0001: certificate, 0x0002: structure("generation", u64, "previous", 32), 0x0101: title, 0x0102: title,
    0x0103: structure("status", u8), 0x0104: listed(1 << 24, structure("field", text(64), "value", text(32768))),
    0x0105: version, 0x0106: version, 0x0107: listed(1 << 17, structure("document", 16, "version", u64)),
    0x0108: structure("text", text(65536)), 0x0120: structure("documents", listed(1 << 17, structure("document", 16, "version", u64)), "manifest", 32),
    0x0201: structure("case", 16, "generation", u64, "team_generation", u64, "key", 32),
    0x0202: structure("case", 16, "title", name, "status", u8), 0x0301: structure("id", 16, "name", name),
    0x0302: structure("id", 16, "name", name), 0x0303: structure("id", 32, "name", name)}
entry_of_journal = structure("journal", 16, "sequence", u64, "generation", u64, "previous", 32, "sealed", sized(262144))
header = structure("journal", 16, "sequence", u64, "previous", 32, "time", u64, "class", u16, "author", 32, "log_length", u64,
                   "log_hash", 32, "team_generation", u64, "commitment", 32)


def read_journal(data, place, organisation, keys):
    """The events of a journal, verified. `keys` has by generation the key, and the team generation in which it was made."""
    previous, inner, log, newest, last, begun, devices = bytes(32), bytes(32), 1, 0, 0, None, {}
    in_case = place["journal"] != labelled_hash("team journal hash", place["team"])[:16]
    for n, entry in enumerate(Bytes(data).many(entry_of_journal)):
        must((entry["journal"], entry["sequence"], entry["previous"]) == (place["journal"], n, previous), "6.3-2")
        g = entry["generation"]
        must(g >= last and g in keys, "6.3-3")
        plain = Bytes(unseal(keys[g][0], "seal entry", entry["sealed"], "6.3-1", **place, version=n, generation=g, binding=previous))
        previous = labelled_hash("journal entry hash", whole_entry(entry))
        h, signed, signature = followed(header, 64)(plain)
        salt, at = plain.take(32), plain.at
        body = plain.opaque(196608)
        must(labelled_hash("body commitment", salt + plain.data[at:plain.at]) == h["commitment"], "6.3-5")
        must(len(plain.data) == padded(plain.at, 512) and not any(plain.data[plain.at:]), "6.3-4")
        must((h["journal"], h["sequence"], h["previous"]) == (place["journal"], n, inner), "6.3-6")
        verify(h["author"], "journal header", signed, signature, "6.3-7")
        inner = labelled_hash("journal header hash", signed + signature)
        must(log <= h["log_length"] and organisation.hashes[h["log_length"] - 1] == h["log_hash"], "6.3-10")
        h["class"], said = read_body(h["class"], body)
        must((h["class"] == 1) == (h["author"] not in devices), "6.3-8")
        if h["class"] == 1:
            devices[h["author"]] = certified(said, place, organisation, h, devices)
        person, log = organisation.devices[devices[h["author"]]]["person"], h["log_length"]
        must(organisation.trusts(devices[h["author"]], log) and organisation.of_team(person, place["team"], log), "6.3-9")
        must(newest <= h["team_generation"] == keys[g][1], "6.3-11")
        must(h["class"] == 1 or (h["class"] == 2) == (in_case and begun is not None and g != begun), "6.3-13")
        must(h["class"] != 2 or said == {"generation": g, "previous": keys[g - 1][0]}, "6.3-13")
        newest, last, begun = h["team_generation"], g, g if h["class"] != 1 or begun is None else begun
        yield h, person, said


def read_body(kind, body):  # R-6.3-14
    try:
        return kind, whole(body, BODY[kind])
    except (Refused, KeyError):
        must(kind not in (1, 2), "6.3-14")
        return 0, {}


def whole_entry(entry):
    numbers = struct.pack(">16sQQ32s", entry["journal"], entry["sequence"], entry["generation"], entry["previous"])
    return numbers + opaque(entry["sealed"])


def certified(said, place, organisation, h, authors):
    c, content, signature = said
    must({k: c[k] for k in place} == place and list(authors.values()).count(c["device"]) < 16 and c["author"] == h["author"] and 0 < c["log_length"] <= h["log_length"], "6.3-8")
    device, n = c["device"], c["log_length"]
    must(organisation.hashes[n - 1] == c["log_hash"] and organisation.trusts(device, n), "6.3-8")
    must(organisation.of_team(organisation.devices[device]["person"], place["team"], n), "6.3-8")
    verify(organisation.devices[device]["signing"], "author certificate", content, signature, "6.3-8")
    return device


def read_document(said, place, blob):
    must(blake3(blob) == said["digest"] and len(blob) == 66 + padded(said["length"]) + 16 * said["chunks"], "6.4-5")
    ctx = context("derive content", organisation=place["organisation"])
    okm = hkdf(blob[2:34], said["key"], ctx, 64)
    must(blob[:2] == SUITE and blob[34:66] == said["commitment"] == okm[32:], "6.4-7")
    pieces, count = [], -(-padded(said["length"]) // CHUNK)
    must(count == said["chunks"], "6.4-7")
    for i in range(count):
        sealed = blob[66 + 65552 * i:66 + 65552 * (i + 1)]
        try:
            pieces.append(ChaCha20Poly1305(okm[:32]).decrypt(bytes(3) + struct.pack(">QB", i, i + 1 == count), sealed, b""))
        except InvalidTag:
            raise Refused("R-6.4-8 is broken: chunk") from None
    plain = b"".join(pieces)
    must(not any(plain[said["length"]:]), "6.4-8")
    must(hashlib.sha256(plain[:said["length"]]).digest() == said["sha256"], "6.4-9")
    return {"name": said["name"], "bytes": said["length"], "sha256": said["sha256"].hex(), "version": said["version"]}


# --- 6.6, 8.2, 8.3.4: keystore, invitation, ring -------------------------------------------------------------------------

@functools.cache  # stretching is slow, and directories share what one byte tells apart
def read_keystore(data, passphrase):
    must(len(data) == 168 and data[:8] == b"CASEVKEY" and data[8:10] == b"\0\1", "6.6-1")
    must(labelled_hash("keystore checksum", data[:160])[:8] == data[160:], "6.6-3")
    memory, passes, lanes = struct.unpack(">III", data[10:22])
    must(65536 <= memory <= 1048576 and 3 <= passes <= 16 and 1 <= lanes <= 16, "6.6-2")
    argon = Argon2id(salt=data[22:54], length=32, iterations=passes, lanes=lanes, memory_cost=memory)
    wrapping = argon.derive(unicodedata.normalize("NFKC", passphrase).encode())
    store = unseal(wrapping, "seal keystore", data[54:160], "6.6-4", binding=labelled_hash("keystore header hash", data[:54]))
    return hashlib.sha256(derived("derive database", store)).hexdigest()


code = structure("version", u8, "secret", 20, "organisation", 32, "fingerprint", 32, "keyserver", text(256), "vault", text(256))
invitation = structure("id", 16, "access_key", 32, "expires", u64, "sealed", sized(1024))
join = followed(structure("invitation", 16, "keys", 64, "mac", 32), 64)


def read_invitation(letters, folder):
    letters = "".join(letters.upper().split()).replace("-", "").translate(str.maketrans("018", "OIB"))
    data = base64.b32decode(letters + "=" * (-len(letters) % 8))
    must(labelled_hash("invitation checksum", data[:-5])[:5] == data[-5:], "8.2-2")
    c = whole(data[:-5], code)
    own, secret = {"organisation": c["organisation"]}, c["secret"]
    ident = derived("derive invitation id", secret, 16, **own)
    posted = whole((folder / "invitations" / ident.hex()).read_bytes(), invitation)
    must((posted["id"], posted["access_key"]) == (ident, public(derived("derive invitation access", secret, **own))), "8.2-4")
    content = unseal(derived("derive invitation seal", secret, **own), "seal invitation", posted["sealed"], "8.2-4", **own)
    told = whole(content, structure("person", 16, "role", u8, "inviter", 64))
    j, signed, signature = whole((folder / "joins" / ident.hex()).read_bytes(), join)
    mac = struct.pack(">H", LABEL["mac invitation"]) + c["organisation"] + ident + told["inviter"] + j["keys"]
    must(hmac.compare_digest(hmac.digest(derived("derive invitation mac", secret, **own), mac, "sha256"), j["mac"]), "8.2-6")
    verify(j["keys"][:32], "join request", signed, signature, "8.2-6")
    return {"person": told["person"].hex(), "role": told["role"], "device": labelled_hash("device keys hash", j["keys"])[:16].hex()}


def read_ring(folder, own, newest, key):
    keys = {newest: key}
    for t in range(newest, 1, -1):
        link = (folder / "links" / own["team"].hex() / str(t)).read_bytes()
        under = derived("derive team link", keys[t], **own, generation=t)
        keys[t - 1] = unseal(under, "seal team link", link, "8.3-17", **own, generation=t, version=t - 1)
    return keys


# --- everything ----------------------------------------------------------------------------------------------------------

def read_case(events, place, folder):
    case = {"title": None, "status": None, "fields": {}, "notes": [], "documents": []}
    for h, person, said in events:
        if h["class"] in (0x0101, 0x0102, 0x0103):
            case.update(said)
        elif h["class"] == 0x0104:
            case["fields"].update({one["field"]: one["value"] for one in said})
        elif h["class"] in (0x0105, 0x0106):
            case["documents"].append(read_document(said, place, (folder / "blobs" / said["digest"].hex()).read_bytes()))
        elif h["class"] == 0x0108:
            case["notes"].append({"person": person.hex(), "text": said["text"]})
    return case


def read(folder):
    given = json.loads((folder / "keys.json").read_text())
    org = Organisation((folder / "log").read_bytes(), bytes.fromhex(given["fingerprint"]))
    out = {"log": len(org.hashes), "feed": [kind for kind in read_feed((folder / "feed").read_bytes(), org)], "names": {}, "cases": {},
           "invitations": [read_invitation(code, folder) for code in given["codes"]],
           "keystore": read_keystore((folder / "keystore").read_bytes(), given["passphrase"])}
    for team, own in ((bytes.fromhex(name), own) for name, own in given["teams"].items()):
        ring = read_ring(folder, {"organisation": org.id, "team": team}, own["generation"], bytes.fromhex(own["key"]))
        place = {"organisation": org.id, "team": team, "journal": labelled_hash("team journal hash", team)[:16]}
        keys = {t: (derived("derive team journal", key, organisation=org.id, team=team, generation=t), t) for t, key in ring.items()}
        cases, journals = {}, folder / "journals" / team.hex()
        for h, person, said in read_journal((journals / place["journal"].hex()).read_bytes(), place, org, keys):
            if h["class"] == 0x0201 and said["team_generation"] == h["team_generation"]:
                of_case = cases.setdefault(said["case"], {0: (b"", 0)})
                if said["generation"] == len(of_case) and said["team_generation"] > of_case[len(of_case) - 1][1]:
                    of_case[said["generation"]] = (said["key"], said["team_generation"])
            elif h["class"] in (0x0301, 0x0302, 0x0303) and counts(org, h, person, said["id"]):
                out["names"][said["id"].hex()] = said["name"]
        for case, keys in cases.items():
            place = {**place, "journal": case}
            out["cases"][case.hex()] = read_case(read_journal((journals / case.hex()).read_bytes(), place, org, keys), place, folder)
    return out


def counts(org, h, person, named):  # R-6.5-5
    n = h["log_length"]
    own = {0x0301: named, 0x0302: org.devices.get(named, {}).get("person")}.get(h["class"])
    return org.role(person, n) == 1 or own == person or h["class"] == 0x0303 and org.of_team(person, named, n)


def answer(folder):
    try:
        return read(folder)
    except (Refused, binascii.Error, FileNotFoundError, IndexError, KeyError) as error:
        return {"refused": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        print(json.dumps(answer(pathlib.Path(argument)), ensure_ascii=False))
