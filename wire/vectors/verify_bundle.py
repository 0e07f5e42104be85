#!/usr/bin/env python3
"""Verifies an evidence bundle (SPEC 6.7), a directory or a zip, with Python and its package `cryptography`; shares nothing with other programs.
To run it: python3 verify_bundle.py BUNDLE [FINGERPRINT [RECIPIENT'S]]. Without them, compare those that it prints. It ends with 0 if nothing is wrong, else 14. What the covers say is their exporter's word, who signed for it."""
import collections, datetime, hashlib, json, mmap, os, re, struct, sys, types, zipfile
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
CLASSES = dict(zip((1, 2, *range(0x0101, 0x0109), *range(0x0110, 0x011b), *range(0x0120, 0x0125), *range(0x0130, 0x0133), 0x0140, 0x0141, *range(0x0201, 0x0209), *range(0x0301, 0x0304), *range(0x0401, 0x0405)), """
    author-certificate key-generation case-opened title-changed status-changed fields-set document-added document-replaced documents-opened note consent-given consent-withdrawn share-made share-ended dossier-key-given
    override-asked override-approved consent-confirmed handover-offered case-handed-over case-taken-over evidence-exported copy-made metadata-found metadata-kept data-given record-set plan-made plan-approved legal-hold
    retention case-key-given case-summary dossier-received erasure-asked erasure-confirmed erasure-taken-back ring-kept keys-forgotten person-name device-name team-name dossier-made dossier-answered dossier-ended takeover-offered""".split()))
READ, CONSENT = {0x0001, 0x0105, 0x0106, 0x0107, 0x0120, 0x0121, 0x0124, 0x0401}, {0x0110, 0x0111, 0x0117}
CHAIN, WORDS, LOG, THEIRS, STAMP, COVERS = *(f"data/custody/{name}" for name in ("chain.bin", "custody.json", "log.bin", "log-recipient.bin")), "export.tsr", ["data/cover.html", "data/cover.pdf"]
MANIFESTS, TAGS = ["manifest-sha256.txt", "manifest-sha512.txt"], ["bag-info.txt", "bagit.txt", "export.bin"]
FIXED = [CHAIN, WORDS, LOG, *COVERS, *MANIFESTS, *("tag" + name for name in MANIFESTS), *TAGS]
DOCUMENT = re.compile(r"data/documents/([0-9]{3}|[1-9][0-9]{3,})-[A-Za-z0-9._-]{1,100}(?<!\.)")
P, Y8 = 2**255 - 19, int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little")
SMALL = {0, 1, P - 1, Y8, P - Y8, *range(P, 2**255)}  # of small order, or not canonical
problems, where, VERSION = [], [None, None], "document version sha256"  # `where`: the file and the entry in it that is looked at
def named(words, *values): return dict(zip(words.split(), values))
def wrong(what, file, sequence=None): problems.append(named("file sequence problem", file, sequence, what))
def must(holds, what):
    if not holds: raise ValueError(what)
class Bytes:  # SPEC 2
    def __init__(self, data): self.data, self.at = data, 0
    def take(self, n):
        must(n <= len(self.data) - self.at, "is cut off")
        self.at += n
        return self.data[self.at - n:self.at]
    def number(self, n): return int.from_bytes(self.take(n), "big")
    def opaque(self, most=1 << 30):
        size = 1 << (self.data[self.at:self.at + 1] or b"\0")[0] // 64
        n = self.number(size) & (1 << 8 * size - 2) - 1
        must({1: 0, 2: 64, 4: 16384}.get(size, most) <= n <= most, "has a length that is none, or more than it may")
        return self.take(n)
    def optional(self, read): return (lambda: None, read)[self.number(1)]()
    def many(self, read): return iter(lambda: read(self) if self.at < len(self.data) else None, None)
def opaque(x): return (bytes([n]) if (n := len(x)) < 64 else struct.pack(">H", n | 0x4000) if n < 16384 else struct.pack(">I", n | 0x80000000)) + x
def labelled_hash(label, data): return hashlib.sha256(struct.pack(">H", label) + data).digest()  # SPEC 4.1
def verify(key, name, content, signature):  # SPEC 4.2
    must(not {int.from_bytes(point, "little") % 2**255 for point in (key, signature[:32])} & SMALL, "has a key of small order")
    Ed25519PublicKey.from_public_bytes(key).verify(signature, opaque(b"Casevault 1.0 " + name) + opaque(content))
def mapped(path):
    with open(path, "rb") as file: return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if os.path.getsize(path) else b"")
def numbers(short, extra):  # lengths that have no room take their place in the one extra field that there may be
    long = [] if not extra else [*struct.unpack(f"<{len(extra[4:]) // 8}Q", extra[4:])] if extra[:4] == struct.pack("<HH", 1, len(extra) - 4) else None
    return [long.pop(0) if one == 0xffffffff else one for one in short] + long
def folder(root):  # R-6.7-1
    for full in (os.path.join(at, name) for at, inside, names in os.walk(root) for name in inside + names):
        path, link = os.path.relpath(full, root), os.path.islink(full)
        if os.path.isfile(full) and not link: yield path, mapped(full)
        elif link or path not in ("data", "data/custody", "data/documents"): wrong("is not an ordinary file", path)
def archive(root):  # R-6.7-10
    data, start = mapped(root), 0
    must(not bytes(data[:34]).startswith((b"age-encryption.org/v1\n", b"-----BEGIN AGE ENCRYPTED FILE-----")), "is encrypted, and was not looked into: open it with age --decrypt, and verify what comes out")  # R-6.7-14
    listed = (zipped := zipfile.ZipFile(root)).infolist()
    top = (names := [one.orig_filename for one in listed])[0].split("/")[0] + "/"
    for one in listed:
        where[0] = one.orig_filename.removeprefix(top)
        must(one.orig_filename.startswith(top) and top[0] not in "./" and not {*top} & {*"\\:\0"}, "is not in the one directory of the archive")
        _, flags, method, _, packed, length, name, extra = head = struct.unpack_from("<I2xHHQIIHH", data, start)
        after = bytes(data[start + 30:][:name + extra])
        must((head[0], flags, method, after[:name]) == (0x04034b50, one.flag_bits & 0x800, 0, one.orig_filename.encode()) and one.compress_type == 0
             and [one.file_size, one.compress_size] == [one.compress_size] * 2 == numbers([length, packed], after[name:]) and one.external_attr >> 28 in (0, 8)
             and one.header_offset == start and names.count(one.orig_filename) == 1, "is there twice, packed, a link, or not where the archive says")
        yield where[0], data[(start := start + 30 + len(after) + one.file_size) - one.file_size:start]
    where[0] = os.path.basename(root)
    for one in listed:
        _, packed, length, name, extra, comment, offset = struct.unpack_from("<I16xIIHHH8xI", data, start)
        must(not comment and numbers([length, packed, offset], bytes(data[(start := start + 46 + name + extra) - extra:start])) == [one.file_size, one.file_size, one.header_offset], "lists something else")
    must(len(data) - start in (22, 98) and not zipped.comment, "holds bytes of none of its files")
def manifests(files, content):
    for tag, covers in ("", lambda path: path.startswith("data/")), ("tag", lambda path: path in [*MANIFESTS, *TAGS, STAMP]):
        for column, name in enumerate((tag + name for name in MANIFESTS), 1):
            text, before, covered = content(name).decode(errors="replace"), len(problems), sorted(filter(covers, files))
            said = dict(line.split("  ", 1)[::-1] for line in text.split("\n") if "  " in line)
            differ = [path for path in {*covered, *(said.keys() - files.keys())} if said.get(path) != files.get(path, [None] * 3)[column]]
            [wrong(f"is not what {name} says", path) for path in differ]
            len(problems) > before or text == "".join(f"{files[path][column]}  {path}\n" for path in covered) or wrong("has lines of its own", name)
class Log:  # SPEC 8.1: who was whose device and in which team, by whose word; of other statements the chain and the signatures alone
    def __init__(self, file, data):
        self.file, self.hashes, self.roles, self.keys, self.spans, self.ended_by, self.directory, self.teams = file, [], {}, {}, {}, {}, None, set()
        [self.take(entry) for entry in Bytes(data).many(lambda b: b.opaque(16384))]
    def was(self, *key, n=1 << 63): return any(since <= n < (until or n + 1) for since, until in self.spans.get(key, []))
    def was_in(self, team, device, n):
        person = self.keys[device][1]
        return self.was(device, person, n=n) and self.was(*(person,) if team == self.directory else (team, person), n=n)
    def take(self, data):
        b, n, own, where[:] = Bytes(data[:-64]), len(self.hashes), labelled_hash(0x0101, data), [self.file, len(self.hashes)]
        must(b.take(72) == (self.hashes[0] + n.to_bytes(8, "big") + self.hashes[-1] if n else bytes(72)) and b.take(8), "does not continue the log")
        device = b.take(16) if b.number(1) == 2 else None
        kind, key, by = b.number(2), *(self.keys[device] if device else (None, None))
        self.root = self.root if n else b.data[b.at:b.at + 32]
        must((kind == 1) == (n == 0) and (not device or self.was(device, by)), "is by nobody who is trusted")
        verify(key or self.root, b"log entry", data[:-64], data[-64:])
        self.state(kind, b, by, n + 1, own), self.hashes.append(own)
    def state(self, kind, b, by, n, own):
        team, who = b.take(32) if kind in (8, 9) else own, b.take(16) if kind in (2, 3, 4, 5, 6, 8, 9) else None
        rest, admin, here = b.data[b.at:], by and self.roles[by] == 1, self.was(who)
        device, owner = labelled_hash(0x0103, rest)[:16] if kind == 3 else who, self.keys[who][1] if kind == 6 else who
        had = [one for one, (_, person) in self.keys.items() if person == who]
        alone = not any(self.roles[person] == 1 and self.was(one, person) for one, (_, person) in self.keys.items() if person != by)
        again = admin and (not had or alone or self.ended_by.get(max(had, key=lambda one: self.spans[one, who][-1][1] or 0)) != by)
        fresh = not {rest[:32], rest[32:]} & {key for key, _ in self.keys.values()}
        members = list(Bytes(Bytes(rest[1:]).opaque()).many(lambda b: b.take(16))) if kind == 7 else []
        must({1: True, 2: (who,) not in self.spans and (admin or not by and not self.roles and rest == b"\1"), 4: admin and here, 5: admin and here,
              3: here and fresh and (by == who if any(self.was(one, who) for one in had) else again or not by and not self.keys),
              6: (admin or by == owner) and self.was(device, owner), 7: admin and all(self.was(who) and self.roles[who] != 5 for who in members) and (rest[:1] != b"\1" or not self.directory),
              8: here and team in self.teams and self.roles[who] != 5 and not self.was(team, who) and (admin or self.was(team, by)),
              9: self.was(team, who) and (admin or by == who)}.get(kind, by), "is not for its author to state, or contradicts the log")
        self.roles.update({who: rest[0]} if kind in (2, 4) else {}), self.keys.update({device: (rest[:32], who)} if kind == 3 else {}), self.teams.update({own} if kind == 7 else ())
        self.ended_by[device], self.directory = by, own if kind == 7 and rest[0] == 1 else self.directory
        for key in {2: [(who,)], 3: [(device, who)], 7: [(own, person) for person in members], 8: [(team, who)]}.get(kind, []): self.spans.setdefault(key, []).append([n, None])
        for key in {5: [key for key in self.spans if who in key], 6: [(who, owner)], 9: [(team, who)]}.get(kind, []): self.spans[key][-1][1] = self.spans[key][-1][1] or n
class Chain:  # R-6.7-3 to R-6.7-7, R-6.7-12
    def __init__(self, data, log, theirs):
        (*self.place,), self.theirs, self.next, self.previous, self.manifest = struct.unpack(">32s32s16s", data[:80]), theirs, 0, bytes(32), None
        self.authors, self.lines, self.documents, self.blobs, self.copies, self.sides, self.begun = {}, [], [], [], [], [], False
        self.may_write("team", self.place[:2], log), self.follow(data[80:])
    def may_write(self, name, of, log):
        must(log and of[0] == log.hashes[0] and of not in [one.of for one in self.sides], "is of another organisation than a log that is here, or for its own team")
        self.sides.append(types.SimpleNamespace(name=name, of=of, log=log, least=(0, 0)))  # the least that its next event names of team and log
    def follow(self, data):
        for header, signature, shown in Bytes(data).many(lambda b: (b.take(178), b.take(64), b.optional(lambda: (b.take(32), b.opaque())))):
            case, number, previous, time, kind, author, n, at, t, commitment = struct.unpack(">16sQ32sQH32sQ32sQ32s", header)
            where[1], (device, side) = number, self.authors.get(author, (None, self.sides[0]))
            self.first, self.begun = kind != 1 and not self.begun, kind != 1 or self.begun  # the first but certificates
            must(kind in READ | CONSENT if shown else kind != 1 and (kind != 0x0401 or not self.first), "shows what it must not, or not what it has to")
            must(not shown or labelled_hash(0x0106, shown[0] + opaque(shown[1])) == commitment, "has another body than was signed")
            if kind == 1:
                *place, device, since, there = struct.unpack(">32s32s16s32s16sQ32s", shown[1][:-64])
                side = next((one for one in self.sides if one.of == place[:2]), side)
                must(place == [*side.of, case, author] and author not in self.authors and since <= n and side.log.hashes[since - 1:since] == [there]
                     and [one for one, _ in self.authors.values()].count(device) < 16 and side.log.was_in(side.of[1], device, since), "has no certificate")
                verify(side.log.keys[device][0], b"author certificate", shown[1][:-64], shown[1][-64:])
                self.authors[author] = device, side
            must(case == self.place[2] and number >= self.next and previous == self.previous and t >= side.least[0] and n >= side.least[1]
                 and side.log.hashes[n - 1:n] == [at] and device and side.log.was_in(side.of[1], device, n), "does not continue the chain, or is by nobody of the team")
            verify(author, b"journal header", header, signature)
            self.next, self.previous, side.least, person = number + 1, labelled_hash(0x0105, header + signature), (t, n), side.log.keys[device][1].hex()
            when = (datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=min(time, 253402300799999))).isoformat(timespec="milliseconds") + "Z"
            self.lines.append(named("sequence time side person device event documents", number, when, side.name, person, device.hex(), CLASSES.get(kind, "unknown"), []))
            self.read(kind, Bytes(shown[1]), self.lines[-1]) if shown and kind in READ - {1} else None
    def read(self, kind, b, line):  # SPEC 6.5
        if kind in (0x0105, 0x0106):
            document, version, name, media, size = b.take(16).hex(), b.number(8), b.opaque(1024).decode(), b.opaque(128).decode(), b.number(8)
            safe = re.sub("[^A-Za-z0-9._-]", "_", re.split(r"[/\\]", name)[-1])[-100:].rstrip(".") or "document"
            seal = b.take(136)
            self.blobs.append((named(VERSION, document, version, None), seal[72:104], seal[8:40].hex()))
            self.documents.append(named("file sequence document version name media_type bytes sha256", f"data/documents/{len(self.documents) + 1:03}-{safe}",
                                        line["sequence"], document, version, name, media, size, seal[8:40].hex()))
            line["documents"] = [{key: self.documents[-1][key] for key in ("document", "version", "sha256")}]
        elif kind == 0x0121:  # SPEC 6.9
            (new, copy), (old, original) = [(named(VERSION, b.take(16).hex(), b.number(8), None), b.take(32)) for _ in "12"]
            sha256, how, pages, line["documents"] = b.take(32).hex(), {1: "redacted", 2: "stripped"}[b.number(1)], b.number(4), [new, old]
            boxes = [named("page x y width height", *one) for one in struct.iter_unpack(">I4H", b.opaque())]
            same = all((one != new or digest == copy) and (one != old or (digest, sha) == (original, sha256)) for one, digest, sha in self.blobs)
            on = all(0 < page <= pages and w and h and x + w <= 10000 >= y + h for page, x, y, w, h in map(dict.values, boxes))
            if line["side"] == "team" and same and on and new["document"] != old["document"] and pages and bool(boxes) == (how == "redacted"):
                old["sha256"] = sha256
                self.copies.append(named("sequence document version original original_version original_sha256 how pages boxes",
                                         line["sequence"], *[*new.values()][:2], *old.values(), how, pages, boxes))
        elif kind == 0x0401:
            (_, *to), _, _ = [b.take(32) for _ in "123"], b.opaque(1024).decode(), b.number(8)
            if self.first: self.may_write("recipient", to, self.theirs if to[0] != self.place[0] else self.sides[0].log)
        else:
            versions = Bytes(b.opaque(4096 * 24)).many(lambda b: named(VERSION, b.take(16).hex(), b.number(8), None))
            line["documents"], self.manifest = list(versions), b.take(32).hex() if kind == 0x0120 else None
        must(b.at == len(b.data) and (line["side"] == "team" or kind not in (0x0105, 0x0106)), "says what cannot be read, or what its side may not say")
def evidence(files, content):
    log, theirs, where[:] = Log(LOG, content(LOG)), Log(THEIRS, content(THEIRS)) if THEIRS in files else None, [CHAIN, 0]
    chain = Chain(content(CHAIN), log, theirs)
    must((not theirs or chain.sides[-1].log is theirs) and chain.documents, "has no documents, or a log of nobody who has a part in it")
    right, found = {one["file"]: (one["bytes"], one["sha256"]) for one in chain.documents}, {name: files[name][:2] for name in files if DOCUMENT.fullmatch(name)}
    [wrong("is not the document that was signed", name) for name in found.keys() | right.keys() if found.get(name) != right.get(name)]
    sides = [named("organisation fingerprint team", one.of[0].hex(), labelled_hash(0x0102, one.log.root).hex(), one.of[1].hex()) for one in chain.sides]
    who = collections.Counter((line["side"], line["person"], line["device"]) for line in chain.lines).items()
    words = chain.place[2].hex(), [*sides, None][1], chain.documents[:], chain.copies[:], [named("side person device events", *one, n) for one, n in who], chain.lines[:]
    words = {**sides[0], **named("case recipient documents copies signers custody", *words)}
    content(WORDS) == (json.dumps(words, indent=2, ensure_ascii=False) + "\n").encode() or wrong("does not say what the signed chain says", WORDS)
    versions, where[:] = [named(VERSION, one["document"], one["version"], None) for one in chain.documents], ["export.bin", 0]
    chain.follow(content("export.bin"))
    last, inside = chain.lines[-1], [found[0] for name, found in files.items() if name.startswith("data/")]
    must(last["event"] == "evidence-exported" and last["side"] == chain.sides[-1].name and last["documents"] == versions and len(chain.documents) == len(versions) and chain.manifest == files[MANIFESTS[0]][1], "is of other files")
    info = ["Bagging-Date: " + last["time"][:10], "Casevault-Evidence-Version: 1", f"External-Identifier: {words['organisation']}/{words['case']}",
            f"Casevault-Root-Fingerprint: {words['fingerprint']}", f"Payload-Oxum: {sum(inside)}.{len(inside)}"]
    for name, lines in ("bag-info.txt", info), ("bagit.txt", ["BagIt-Version: 1.0", "Tag-File-Character-Encoding: UTF-8"]): content(name) == "".join(line + "\n" for line in lines).encode() or wrong("does not say what has to be there", name)
    return {**words, "time_stamp": STAMP in files and "says that it is of this export; whose signature it has is not verified here"}
where[0], files, words = os.path.basename(sys.argv[1].rstrip("/")), {}, {}
try:
    for name, data in folder(sys.argv[1]) if os.path.isdir(sys.argv[1]) else archive(sys.argv[1]): files[name] = len(data), hashlib.sha256(data).hexdigest(), hashlib.sha512(data).hexdigest(), data
    content = lambda name: bytes(files.get(name, [b""])[-1])
    [wrong("is missing", name) for name in FIXED if name not in files]
    [wrong("does not belong into a bundle", name) for name in files if name not in [*FIXED, THEIRS, STAMP] and not DOCUMENT.fullmatch(name)]
    words = manifests(files, content) or evidence(files, content)
    STAMP not in files or hashlib.sha256(content("export.bin")).digest() in content(STAMP) or wrong("is a time stamp of something else", STAMP)  # R-6.7-13
    must(sys.argv[2:] == [words["fingerprint"], (words["recipient"] or {}).get("fingerprint")][:len(sys.argv) - 2], "is of an organisation with another root fingerprint")
except Exception as error:  # whatever cannot be read is wrong
    wrong(str(error) or type(error).__name__, *where)
print(json.dumps({"valid": not problems, "files": len(files), **{key: words.get(key) for key in "organisation fingerprint case recipient documents signers time_stamp".split()}, "problems": problems}))
sys.exit(14 if problems else 0)
