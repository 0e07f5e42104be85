#!/usr/bin/env python3
"""Writes the vectors of SPEC 4, 6.1, 6.2, 6.4, 6.6 and 8.2 from the text alone, sharing no code with the programs.

    python3 wire/vectors/reference.py

Needs the package `cryptography` (ChaCha20-Poly1305, HKDF, Ed25519, Argon2id). XChaCha20, BLAKE3 and Padmé are below.
Every key, nonce and salt is a hash of its name, so that the same vectors come out of every run.
"""
import base64, hashlib, hmac, json, pathlib, struct

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

HERE = pathlib.Path(__file__).parent
SUITE = struct.pack(">H", 0x004D)
LABEL = {
    "log entry": 0x0001, "log head": 0x0002, "join request": 0x000D, "root fingerprint": 0x0102, "device keys hash": 0x0103,
    "keystore header hash": 0x0120, "keystore checksum": 0x0121, "invitation checksum": 0x0122, "seal entry": 0x0201,
    "seal bundle": 0x0202, "seal invitation": 0x0205, "seal keystore": 0x0206, "derive team journal": 0x0301,
    "derive team access": 0x0302, "derive team heads": 0x0303, "derive team link": 0x0304, "derive content": 0x0305,
    "derive invitation id": 0x0306, "derive invitation access": 0x0307, "derive invitation seal": 0x0308,
    "derive invitation mac": 0x0309, "derive database": 0x030B, "derive outbox": 0x030C, "mac invitation": 0x0401,
}


def drawn(name, length=32):
    return hashlib.shake_256(name.encode()).digest(length)


def opaque(b):  # opaque<V>, section 2
    n = len(b)
    return (bytes([n]) if n < 0x40 else struct.pack(">H", n | 0x4000) if n < 0x4000 else struct.pack(">I", n | 0x80000000)) + b


def write(folder, name, rule, comment, valid, inputs, expected):
    v = {"rule": rule, "comment": comment, "valid": valid, "inputs": inputs, "expected": expected}
    (HERE / folder / f"{name}.json").write_text(json.dumps(v, indent=1, ensure_ascii=False) + "\n")


# --- 4 -------------------------------------------------------------------------------------------------------------------

def labelled_hash(label, data):
    return hashlib.sha256(struct.pack(">H", LABEL[label]) + data).digest()


def public(seed):
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def sign(seed, label, content):
    return Ed25519PrivateKey.from_private_bytes(seed).sign(opaque(b"Casevault 1.0 " + label.encode()) + opaque(content))


def hash_vectors():
    data = b"what is hashed"
    for name, valid, digest, comment in [
        ("labelled", True, labelled_hash("log entry", data), "SHA-256 of the label's number and the bytes"),
        ("other-label", False, labelled_hash("log head", data), "the same bytes under another label"),
        ("unlabelled", False, hashlib.sha256(data).digest(), "without a label"),
    ]:
        write("hash", name, "R-4.1-1", comment, valid, {"label": LABEL["log entry"], "bytes": data.hex()}, {"hash": digest.hex()})
    for length in (0, 1, 1024, 1025, 70000):
        data = bytes(i % 251 for i in range(length))
        inputs = {"repeat": bytes(range(251)).hex(), "length": length}
        write("hash", f"blob-{length}", "R-4.1-3", "BLAKE3 of a blob", True, inputs, {"digest": blake3(data).hex()})


def signature_vectors():
    seed, content = drawn("signing seed"), struct.pack(">Q", 7)
    good = sign(seed, "log entry", content)
    order = 2**252 + 27742317777372353535851937790883648493
    larger = good[:32] + (int.from_bytes(good[32:], "little") + order).to_bytes(32, "little")
    one = bytes([1]) + bytes(31)
    for name, valid, rule, key, signature, comment in [
        ("signed", True, "R-4.2-1", public(seed), good, "label and content framed, Ed25519"),
        ("other-label", False, "R-4.2-1", public(seed), sign(seed, "log head", content), "signed under another label"),
        ("other-content", False, "R-4.2-1", public(seed), sign(seed, "log entry", struct.pack(">Q", 8)), "other content"),
        ("bare-content", False, "R-4.2-1", public(seed), Ed25519PrivateKey.from_private_bytes(seed).sign(content), "no label"),
        ("s-above-order", False, "R-4.2-2", public(seed), larger, "S is not below the group order"),
        ("small-order", False, "R-4.2-2", one, one + bytes(32), "key and R are the neutral point: lax verifiers accept anything"),
    ]:
        inputs = {"key": key.hex(), "label": LABEL["log entry"], "content": 7, "signature": signature.hex()}
        write("signature", name, rule, comment, valid, inputs, {"seed": seed.hex()} if valid else {})


# --- 6.1, 6.2 ------------------------------------------------------------------------------------------------------------

def context(label, **f):
    return struct.pack(
        ">HH32s32s16s16sQQ32s", LABEL[label], f.get("suite", 0x004D), f.get("organisation", b""), f.get("team", b""),
        f.get("journal", b""), f.get("document", b""), f.get("version", 0), f.get("generation", 0), f.get("binding", b""))


def hkdf(salt, key, info, length):
    return HKDF(hashes.SHA256(), length, salt or None, info).derive(key)


def hchacha20(key, nonce):  # draft-irtf-cfrg-xchacha-03 section 2.2
    s = list(struct.unpack("<16I", b"expand 32-byte k" + key + nonce))

    def quarter(a, b, c, d):
        for x, y, z, r in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            s[x] = (s[x] + s[y]) & 0xFFFFFFFF
            v = s[z] ^ s[x]
            s[z] = (v << r | v >> 32 - r) & 0xFFFFFFFF

    for _ in range(10):
        for i in range(4):
            quarter(i, 4 + i, 8 + i, 12 + i)
        for i in range(4):
            quarter(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4)
    return struct.pack("<8I", *s[:4], *s[12:])


def xchacha(key, nonce, aad, plaintext):
    return ChaCha20Poly1305(hchacha20(key, nonce[:16])).encrypt(bytes(4) + nonce[16:], plaintext, aad)


def seal(key, ctx, nonce, plaintext):
    okm = hkdf(nonce, key, ctx, 64)
    return SUITE + nonce + okm[32:] + xchacha(okm[:32], nonce, ctx, plaintext)


FULL = dict(organisation=drawn("organisation"), team=drawn("team"), journal=drawn("journal", 16),
            document=drawn("document", 16), version=3, generation=5, binding=drawn("binding"))


def seal_vectors():
    key, nonce = drawn("parent key"), drawn("seal nonce", 24)
    ctx = context("seal entry", **FULL)

    def vector(name, rule, comment, valid, sealed, expected=None, k=key, c=ctx):
        expected = {"plaintext": expected.hex(), "nonce": nonce.hex()} if valid else {"error": "OpenError"}
        write("seal", name, rule, comment, valid, {"key": k.hex(), "context": c.hex(), "sealed": sealed.hex()}, expected)

    for length in (0, 1, 64, 1000):
        text = drawn("plaintext", length)
        vector(f"length-{length}", "R-6.1-4", f"{length} bytes of plaintext", True, seal(key, ctx, nonce, text), text)
    good = seal(key, ctx, nonce, b"a small record")
    for name, rule, place in [("suite", "R-6.1-5", 1), ("nonce", "R-6.1-2", 2), ("commitment-first", "R-6.1-5", 26),
                              ("commitment-last", "R-6.1-5", 57), ("ciphertext", "R-6.1-3", 58), ("tag", "R-6.1-3", len(good) - 1)]:
        flipped = bytearray(good)
        flipped[place] ^= 1
        vector(f"flipped-{name}", rule, f"one bit of byte {place} is flipped", False, bytes(flipped))
    vector("short", "R-6.1-4", "one byte less than an empty record", False, seal(key, ctx, nonce, b"")[:-1])
    vector("longer", "R-6.1-4", "one byte more", False, good + b"\0")
    vector("nothing", "R-6.1-4", "no bytes", False, b"")
    vector("other-key", "R-6.1-5", "another parent key", False, good, k=drawn("another key"))
    others = dict(organisation=drawn("o"), team=drawn("t"), journal=drawn("j", 16), document=drawn("d", 16), version=4,
                  generation=6, binding=drawn("b"))
    for field, value in others.items():
        vector(f"other-{field}", "R-6.1-1", f"opened where the {field} is another", False, good,
               c=context("seal entry", **{**FULL, field: value}))
    vector("other-label", "R-6.1-1", "opened as something else", False, good, c=context("seal bundle", **FULL))
    other_suite = context("seal entry", **{**FULL, "suite": 1})
    vector("other-suite", "R-6.1-5", "well made under a suite that is not ours", False,
           b"\0\1" + seal(key, other_suite, nonce, b"x")[2:], c=other_suite)
    okm = hkdf(nonce, key, ctx, 64)
    vector("no-aad", "R-6.1-3", "sealed without the context as AAD", False,
           SUITE + nonce + okm[32:] + xchacha(okm[:32], nonce, b"", b"a small record"))
    vector("bare-parent-key", "R-6.1-2", "sealed under the parent key itself", False,
           SUITE + nonce + okm[32:] + xchacha(key, nonce, ctx, b"a small record"))


TEAM = dict(organisation=FULL["organisation"], team=FULL["team"], generation=5)
SECRET = drawn("invitation secret", 20)


def derived(label, key, length=32, **fields):
    return hkdf(b"", key, context(label, **fields), length)


def derive_vectors():
    key = drawn("parent key")
    rows = [("team journal", key, TEAM, 32), ("team access", key, TEAM, 32), ("team heads", key, TEAM, 32),
            ("team link", key, TEAM, 32), ("database", key, {}, 32), ("outbox", key, {}, 32)]
    for name, parent, fields, length in rows:
        right = derived(f"derive {name}", parent, length, **fields)
        if name == "team access":
            right = public(right)
        inputs = {"derivation": name, "key": parent.hex(), **{k: v if isinstance(v, int) else v.hex() for k, v in TEAM.items()}}
        file = name.replace(" ", "-")
        write("derive", file, "R-6.2-1", f"derive {name}", True, inputs, {"key": right.hex()})
        other = derived("derive team journal" if name != "team journal" else "derive outbox", parent, length, **fields)
        write("derive", f"{file}-other-label", "R-6.2-1", "derived under another label", False, inputs, {"key": other.hex()})


# --- 6.4 -----------------------------------------------------------------------------------------------------------------

CHUNK, DOCUMENT = 65536, {k: FULL[k] for k in ("organisation", "team", "journal", "document", "version")}


def blake3(data):
    iv = [0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19]
    order = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8]

    def compress(cv, block, counter, flags):
        m = list(struct.unpack("<16I", block.ljust(64, b"\0")))
        s = cv + iv[:4] + [counter & 0xFFFFFFFF, counter >> 32, len(block), flags]

        def g(a, b, c, d, x, y):
            for add, r1, r2 in ((x, 16, 12), (y, 8, 7)):
                s[a] = (s[a] + s[b] + add) & 0xFFFFFFFF
                v = s[d] ^ s[a]
                s[d] = (v >> r1 | v << 32 - r1) & 0xFFFFFFFF
                s[c] = (s[c] + s[d]) & 0xFFFFFFFF
                v = s[b] ^ s[c]
                s[b] = (v >> r2 | v << 32 - r2) & 0xFFFFFFFF

        for _ in range(7):
            for i in range(4):
                g(i, 4 + i, 8 + i, 12 + i, m[2 * i], m[2 * i + 1])
            for i in range(4):
                g(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4, m[8 + 2 * i], m[9 + 2 * i])
            m = [m[i] for i in order]
        return [s[i] ^ s[i + 8] for i in range(8)]

    def subtree(data, index, root):
        if len(data) <= 1024:
            blocks = [data[i:i + 64] for i in range(0, len(data), 64)] or [b""]
            cv = iv
            for i, block in enumerate(blocks):
                last = i + 1 == len(blocks)
                cv = compress(cv, block, index, (i == 0) | last << 1 | (last and root) << 3)
            return cv
        left = 1 << ((len(data) - 1).bit_length() - 1)
        both = subtree(data[:left], index, 0) + subtree(data[left:], index + left // 1024, 0)
        return compress(iv, struct.pack("<16I", *both), 0, 4 | root << 3)

    return struct.pack("<8I", *subtree(data, 0, 1))


def padded(n):
    if n < 2:
        return 16384
    e = n.bit_length() - 1
    mask = (1 << max(e - e.bit_length(), 0)) - 1
    return max((n + mask) & ~mask, 16384)


def document(key, salt, plaintext, ctx, pad=None):
    okm = hkdf(salt, key, ctx, 64)
    full = pad or plaintext + bytes(padded(len(plaintext)) - len(plaintext))
    cuts = [full[i:i + CHUNK] for i in range(0, len(full), CHUNK)]
    aead = ChaCha20Poly1305(okm[:32])
    chunks = [aead.encrypt(bytes(3) + struct.pack(">QB", i, i + 1 == len(cuts)), c, b"") for i, c in enumerate(cuts)]
    header = SUITE + salt + okm[32:]
    return header, chunks


def content_vectors():
    key, salt, ctx = drawn("content key"), drawn("content salt"), context("derive content", **DOCUMENT)
    unit = drawn("document bytes", 32)

    def vector(name, rule, comment, valid, length, changes=(), blob=None):
        text = (unit * (length // 32 + 1))[:length]
        header, chunks = document(key, salt, text, ctx)
        inputs = {"key": key.hex(), "context": ctx.hex(), "salt": salt.hex(), "plaintext": {"repeat": unit.hex(), "length": length}}
        if blob:
            inputs["blob"] = blob.hex()
        if not valid:
            inputs["changes"] = list(changes)
            return write("content", name, rule, comment, False, inputs, {"error": "OpenError"})
        whole = header + b"".join(chunks)
        write("content", name, rule, comment, True, inputs, {
            "header": header.hex(), "tags": [c[-16:].hex() for c in chunks], "sealed_length": len(whole), "length": length,
            "chunks": len(chunks), "sha256": hashlib.sha256(text).hexdigest(), "digest": blake3(whole).hex()})

    for length in (0, 1, 16384, 16385, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 200_000):
        vector(f"length-{length}", "R-6.4-4", f"a document of {length} bytes", True, length)
    three = 3 * CHUNK
    body = 66
    for name, rule, comment, changes in [
        ("swapped", "R-6.4-7", "two chunks swapped", [{"chunks": [1, 0, 2]}]),
        ("repeated", "R-6.4-7", "a chunk in the place of the next", [{"chunks": [0, 0, 2]}]),
        ("dropped", "R-6.4-7", "a chunk left out", [{"chunks": [0, 2]}]),
        ("last-dropped", "R-6.4-7", "the last chunk left out", [{"chunks": [0, 1]}]),
        ("last-first", "R-6.4-7", "the last chunk first", [{"chunks": [2, 1, 0]}]),
        ("extra-chunk", "R-6.4-9", "a chunk after the last", [{"chunks": [0, 1, 2, 2]}]),
        ("extra-byte", "R-6.4-9", "a byte after the last chunk", [{"append": "00"}]),
        ("cut-byte", "R-6.4-5", "one byte short", [{"truncate": body + 3 * (CHUNK + 16) - 1}]),
        ("cut-in-header", "R-6.4-1", "half a header", [{"truncate": 33}]),
        ("empty", "R-6.4-1", "no bytes", [{"truncate": 0}]),
        ("flipped-first", "R-6.4-8", "one bit of the first chunk", [{"flip": body}]),
        ("flipped-last-tag", "R-6.4-8", "one bit of the last tag", [{"flip": body + 3 * (CHUNK + 16) - 1}]),
        ("flipped-suite", "R-6.4-7", "one bit of the suite", [{"flip": 1}]),
        ("flipped-salt", "R-6.4-7", "one bit of the salt", [{"flip": 2}]),
        ("flipped-commitment", "R-6.4-7", "one bit of the commitment", [{"flip": 34}]),
        ("spliced", "R-6.4-7", "a chunk of a document under another key", [{"splice": 1, "key": drawn("other content key").hex()}]),
        ("other-version", "R-6.4-2", "opened as another version", [{"context": {"version": 4}}]),
        ("other-document", "R-6.4-2", "opened as another document", [{"context": {"document": drawn("d", 16).hex()}}]),
        ("other-team", "R-6.4-2", "opened as another team's", [{"context": {"team": drawn("t").hex()}}]),
        ("event-chunks", "R-6.4-7", "the event's count does not follow from its length", [{"event": {"chunks": 4}}]),
        ("event-shorter", "R-6.4-8", "the event's length is one less, so padding is not zero", [{"event": {"length": three - 1}}]),
        ("event-longer", "R-6.4-7", "the event's length is a chunk more", [{"event": {"length": three + CHUNK, "chunks": 4}}]),
        ("event-huge", "R-6.4-5", "the event's length is beyond the bound", [{"event": {"length": 2**63, "chunks": 2**47}}]),
        ("event-sha256", "R-6.4-9", "the event's SHA-256 is another", [{"event": {"sha256": drawn("sha").hex()}}]),
        ("event-commitment", "R-6.4-7", "the event's commitment is another", [{"event": {"commitment": drawn("c").hex()}}]),
    ]:
        vector(name, rule, comment, False, three, changes)
    text = (unit * 4)[:100]
    header, chunks = document(key, salt, text, ctx, pad=text + bytes(16384 - 101) + b"\1")
    vector("padding", "R-6.4-8", "the last byte of padding is not zero", False, 100, blob=header + chunks[0])


# --- 6.6 -----------------------------------------------------------------------------------------------------------------

def keystore_vectors():
    phrase, store = "correct horse battery staple", drawn("store key")

    def file(memory=65536, passes=3, lanes=1, version=1, magic=b"CASEVKEY", bound=None, hashed=True):
        header = magic + struct.pack(">HIII", version, memory, passes, lanes) + drawn("keystore salt")
        work = dict(memory_cost=65536, iterations=3, lanes=1) if not hashed else dict(memory_cost=memory, iterations=passes, lanes=lanes)
        wrapping = Argon2id(salt=drawn("keystore salt"), length=32, **work).derive(phrase.encode())
        ctx = context("seal keystore", binding=labelled_hash("keystore header hash", bound or header))
        body = header + seal(wrapping, ctx, drawn("keystore nonce", 24), store)
        return body + labelled_hash("keystore checksum", body)[:8]

    good = file()
    damaged = good[:80] + bytes([good[80] ^ 1]) + good[81:]
    for name, rule, comment, data, phrase_used, error in [
        ("good", "R-6.6-1", "opens", good, phrase, None),
        ("lanes", "R-6.6-4", "four lanes", file(lanes=4), phrase, None),
        ("wrong-passphrase", "R-6.6-4", "another passphrase", good, phrase + " ", "WrongPassphrase"),
        ("other-header", "R-6.6-4", "the seal is bound to another header", file(bound=b"x" * 54), phrase, "WrongPassphrase"),
        ("damaged", "R-6.6-3", "one bit is flipped", damaged, phrase, "Damaged"),
        ("short", "R-6.6-1", "one byte short", good[:-1], phrase, "Damaged"),
        ("magic", "R-6.6-1", "another magic", file(magic=b"CASEVKEZ"), phrase, "Damaged"),
        ("version", "R-6.6-1", "a version that is not known", file(version=2), phrase, "Version"),
        ("memory-low", "R-6.6-2", "memory below the floor", file(memory=65535), phrase, "Parameters"),
        ("memory-high", "R-6.6-2", "memory above the ceiling", file(memory=1048577, hashed=False), phrase, "Parameters"),
        ("passes-low", "R-6.6-2", "passes below the floor", file(passes=2), phrase, "Parameters"),
        ("passes-high", "R-6.6-2", "passes above the ceiling", file(passes=17, hashed=False), phrase, "Parameters"),
        ("lanes-high", "R-6.6-2", "lanes above the ceiling", file(lanes=17, hashed=False), phrase, "Parameters"),
        ("lanes-none", "R-6.6-2", "no lanes", file(lanes=0, hashed=False), phrase, "Parameters"),
    ]:
        expected = {"error": error} if error else {"store_key": store.hex()}
        write("keystore", name, rule, comment, error is None, {"file": data.hex(), "passphrase": phrase_used}, expected)


# --- 8.2 -----------------------------------------------------------------------------------------------------------------

def device(name):
    seeds = drawn(f"{name} signing"), drawn(f"{name} mls")
    return seeds, public(seeds[0]) + public(seeds[1])


def invitation_vectors():
    org, fingerprint = FULL["organisation"], labelled_hash("root fingerprint", public(drawn("root")))
    addresses = ["https://keys.example.org", "https://vault.example.org"]

    def code(version=1, checksum=None, extra=b""):
        body = bytes([version]) + SECRET + org + fingerprint + b"".join(opaque(a.encode()) for a in addresses) + extra
        return body + (checksum or labelled_hash("invitation checksum", body)[:5])

    def text(data):
        letters = base64.b32encode(data).decode().rstrip("=")
        return "-".join(letters[i:i + 5] for i in range(0, len(letters), 5))

    good = text(code())
    ident = derived("derive invitation id", SECRET, 16, organisation=org)
    access = public(derived("derive invitation access", SECRET, organisation=org))
    fields = {"organisation": org.hex(), "fingerprint": fingerprint.hex(), "keyserver": addresses[0], "vault": addresses[1],
              "id": ident.hex(), "access_key": access.hex()}
    for name, rule, comment, shown, error in [
        ("code", "R-8.2-1", "a code", good, None),
        ("code-typed", "R-8.2-2", "lower case, blanks, digits for letters", good.lower().replace("-", " ").replace("o", "0"), None),
        ("code-typo", "R-8.2-2", "one letter is another", good[:30] + ("A" if good[30] != "A" else "B") + good[31:], "Checksum"),
        ("code-cut", "R-8.2-2", "the last groups are missing", good[:-12], "Truncated"),
        ("code-empty", "R-8.2-2", "nothing", "", "Truncated"),
        ("code-characters", "R-8.2-2", "a character that no code has", good + "!", "Characters"),
        ("code-version", "R-8.2-1", "a version that is not known", text(code(version=2)), "Version"),
        ("code-longer", "R-8.2-1", "a byte too many, with a right checksum", text(code(extra=b"\0")), "Checksum"),
    ]:
        write("invitation", name, rule, comment, error is None, {"text": shown}, {"error": error} if error else fields)

    (_, inviter), (seeds, keys) = device("inviter"), device("invited")
    content = drawn("person", 16) + bytes([2]) + inviter
    sealing = derived("derive invitation seal", SECRET, organisation=org)
    sealed = seal(sealing, context("seal invitation", organisation=org), drawn("invitation nonce", 24), content)
    posted = ident + access + struct.pack(">Q", 1_800_000_000_000) + opaque(sealed)
    other = drawn("o", 16) + posted[16:]
    for name, valid, data, comment in [("content", True, posted, "what the administrator posts"),
                                       ("content-other-id", False, other, "an answer with another id"),
                                       ("content-other-key", False, posted[:16] + keys[:32] + posted[48:], "with another access key")]:
        expected = {"person": content[:16].hex(), "role": "caseworker", "inviter": inviter.hex()} if valid else {"error": "OpenError"}
        write("invitation", name, "R-8.2-4", comment, valid, {"text": good, "invitation": data.hex()}, expected)

    mac_key = derived("derive invitation mac", SECRET, organisation=org)

    def join(inviter, keys, seeds, mac_key=mac_key):
        mac_content = struct.pack(">H", LABEL["mac invitation"]) + org + ident + inviter + keys
        request = ident + keys + hmac.digest(mac_key, mac_content, "sha256")
        return request + sign(seeds[0], "join request", request)

    (mallory_seeds, mallory) = device("mallory")
    for name, rule, valid, data, comment in [
        ("join", "R-8.2-5", True, join(inviter, keys, seeds), "an invited device's join request"),
        ("join-other-inviter", "R-8.2-6", False, join(mallory, keys, seeds), "for another inviting device"),
        ("join-other-secret", "R-8.2-6", False, join(inviter, mallory, mallory_seeds, drawn("guess")), "without the secret"),
        ("join-unsigned", "R-8.2-6", False, join(inviter, keys, mallory_seeds), "signed by a key that it does not introduce"),
    ]:
        inputs = {"text": good, "inviter": inviter.hex(), "join": data.hex()}
        if valid:
            inputs["seeds"] = [s.hex() for s in seeds]
        write("invitation", name, rule, comment, valid, inputs, {"keys": keys.hex()} if valid else {"error": "JoinError"})


if __name__ == "__main__":
    for vectors in (hash_vectors, signature_vectors, seal_vectors, derive_vectors, content_vectors, keystore_vectors, invitation_vectors):
        vectors()
