#!/usr/bin/env python3
"""Writes the vectors of SPEC 4, 6.1, 6.2 and 6.4 from the text alone, sharing no code with the programs.

    python3 wire/vectors/reference.py

Needs the package `cryptography`. Every key, nonce and salt is a hash of its name, so that the same vectors come out of every run.
"""
import hashlib, json, pathlib, struct

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from primitives import CHUNK, LABEL, SUITE, blake3, context, derived, hkdf, labelled_hash, opaque, padded, public, seal, sign, xchacha

HERE = pathlib.Path(__file__).parent


def drawn(name, length=32):
    return hashlib.shake_256(name.encode()).digest(length)


def write(folder, name, rule, comment, valid, inputs, expected):
    v = {"rule": rule, "comment": comment, "valid": valid, "inputs": inputs, "expected": expected}
    (HERE / folder / f"{name}.json").write_text(json.dumps(v, indent=1, ensure_ascii=False) + "\n")


# --- 4 -------------------------------------------------------------------------------------------------------------------

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
    write("hash", "blob-sha256", "R-4.1-3", "SHA-256 is not what names a blob", False, inputs, {"digest": hashlib.sha256(data).hexdigest()})
    keys = drawn("device keys", 64)
    whole = labelled_hash("device keys hash", keys)
    for name, valid, ident, comment in [("device", True, whole[:16], "the first 16 bytes of the hash of a device's keys"),
                                        ("device-last-bytes", False, whole[16:], "its last 16 bytes"),
                                        ("device-unlabelled", False, hashlib.sha256(keys).digest()[:16], "of a hash without label")]:
        write("hash", name, "R-4.1-2", comment, valid, {"keys": keys.hex()}, {"device": ident.hex()})


def signature_vectors():
    seed, content = drawn("signing seed"), struct.pack(">Q", 7)
    good, key = sign(seed, "log entry", content), Ed25519PrivateKey.from_private_bytes(seed)
    order = 2**252 + 27742317777372353535851937790883648493
    larger = good[:32] + (int.from_bytes(good[32:], "little") + order).to_bytes(32, "little")
    one = bytes([1]) + bytes(31)
    for name, valid, rule, signer, signature, comment in [
        ("signed", True, "R-4.2-1", public(seed), good, "label and content framed, Ed25519"),
        ("strict", True, "R-4.2-2", public(seed), good, "S is below the group order, key and R are canonical and of large order"),
        ("other-label", False, "R-4.2-1", public(seed), sign(seed, "log head", content), "signed under another label"),
        ("other-content", False, "R-4.2-1", public(seed), sign(seed, "log entry", struct.pack(">Q", 8)), "other content"),
        ("version", True, "R-10-1", public(seed), good, "signed content says version 1"),
        ("version-other", False, "R-10-1", public(seed), key.sign(opaque(b"Casevault 2.0 log entry") + opaque(content)), "version 2"),
        ("bare-content", False, "R-4.2-1", public(seed), key.sign(content), "no label"),
        ("s-above-order", False, "R-4.2-2", public(seed), larger, "S is not below the group order"),
        ("small-order", False, "R-4.2-2", one, one + bytes(32), "key and R are the neutral point: lax verifiers accept anything"),
    ]:
        inputs = {"key": signer.hex(), "label": LABEL["log entry"], "content": 7, "signature": signature.hex()}
        write("signature", name, rule, comment, valid, inputs, {"seed": seed.hex()} if valid else {})


# --- 6.1, 6.2 ------------------------------------------------------------------------------------------------------------

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
    bare = context("seal keystore")
    vector("bare-context", "R-6.1-1", "fields that do not apply are zero", True, seal(key, bare, nonce, b"kept"), b"kept", c=bare)
    vector("key-and-commitment", "R-6.1-2", "key and commitment come from parent key, nonce and context", True,
           SUITE + nonce + hkdf(nonce, key, ctx, 64)[32:] + xchacha(hkdf(nonce, key, ctx, 64)[:32], nonce, ctx, b"both"), b"both")
    vector("aead", "R-6.1-3", "XChaCha20-Poly1305 with the context as AAD", True, seal(key, ctx, nonce, b"a small record"), b"a small record")
    vector("opens", "R-6.1-5", "suite, commitment and tag hold", True, seal(key, ctx, nonce, b"released"), b"released")
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


def derive_vectors():
    key, OWN = drawn("parent key"), {"organisation": TEAM["organisation"]}
    rows = [("team journal", key, TEAM, 32), ("team access", key, TEAM, 32), ("team heads", key, TEAM, 32),
            ("team link", key, TEAM, 32), ("team history", key, TEAM, 8), ("database", key, {}, 32), ("outbox", key, {}, 32),
            ("grant", key, {**TEAM, "journal": FULL["journal"]}, 32),
            ("report", key, {**OWN, "journal": FULL["journal"], "version": 20261}, 16), ("recovery sealing", key, OWN, 32), ("recovery signing", key, OWN, 32)]
    for name, parent, fields, length in rows:
        right = derived(f"derive {name}", parent, length, **fields)
        if name in ("team access", "recovery signing", "grant"):
            right = public(right)
        inputs = {"derivation": name, "key": parent.hex(), **{k: v if isinstance(v, int) else v.hex() for k, v in {**TEAM, **fields}.items()}}
        file = name.replace(" ", "-")
        write("derive", file, "R-6.2-1", f"derive {name}", True, inputs, {"key": right.hex()})
        other = derived("derive team journal" if name != "team journal" else "derive outbox", parent, length, **fields)
        write("derive", f"{file}-other-label", "R-6.2-1", "derived under another label", False, inputs, {"key": other.hex()})


# --- 6.4 -----------------------------------------------------------------------------------------------------------------

def document(key, salt, plaintext, ctx, pad=None):
    okm = hkdf(salt, key, ctx, 64)
    full = pad or plaintext + bytes(padded(len(plaintext)) - len(plaintext))
    cuts = [full[i:i + CHUNK] for i in range(0, len(full), CHUNK)]
    aead = ChaCha20Poly1305(okm[:32])
    chunks = [aead.encrypt(bytes(3) + struct.pack(">QB", i, i + 1 == len(cuts)), c, b"") for i, c in enumerate(cuts)]
    header = SUITE + salt + okm[32:]
    return header, chunks


def content_vectors():
    key, salt, ctx = drawn("content key"), drawn("content salt"), context("derive content", organisation=FULL["organisation"])
    unit = drawn("document bytes", 32)

    def vector(name, rule, comment, valid, length, changes=(), blob=None):
        text = (unit * (length // 32 + 1))[:length]
        header, chunks = document(key, salt, text, ctx)
        inputs = {"key": key.hex(), "organisation": FULL["organisation"].hex(), "salt": salt.hex(), "plaintext": {"repeat": unit.hex(), "length": length}}
        if blob:
            inputs["blob"] = blob.hex()
        if not valid:
            inputs["changes"] = list(changes)
            return write("content", name, rule, comment, False, inputs, {"error": "OpenError"})
        whole = header + b"".join(chunks)
        write("content", name, rule, comment, True, inputs, {
            "header": header.hex(), "tags": [c[-16:].hex() for c in chunks], "sealed_length": len(whole), "length": length,
            "chunks": len(chunks), "sha256": hashlib.sha256(text).hexdigest(), "digest": blake3(whole).hex()})

    for length, rule in [(0, 3), (1, 1), (16384, 2), (16385, 5), (CHUNK - 1, 8), (CHUNK, 9), (CHUNK + 1, 7), (2 * CHUNK, 6), (200_000, 4)]:
        vector(f"length-{length}", f"R-6.4-{rule}", f"a document of {length} bytes", True, length)
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
        ("other-organisation", "R-6.4-2", "opened as another organisation's", [{"organisation": drawn("o").hex()}]),
        ("event-other", "R-6.4-6", "the event says length and chunks of another document", [{"event": {"length": 2 * CHUNK, "chunks": 2}}]),
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
    unpadded = document(key, salt, text, ctx, pad=text)
    vector("unpadded", "R-6.4-3", "not padded", False, 100, blob=unpadded[0] + unpadded[1][0])
    nonce = bytes(3) + struct.pack(">QB", 0, 0)
    never_last = ChaCha20Poly1305(hkdf(salt, key, ctx, 64)[:32]).encrypt(nonce, text + bytes(16284), b"")
    vector("never-last", "R-6.4-4", "the only chunk does not say that it is the last", False, 100, blob=header + never_last)
    vector("padding", "R-6.4-8", "the last byte of padding is not zero", False, 100, blob=header + chunks[0])


if __name__ == "__main__":
    for vectors in (hash_vectors, signature_vectors, seal_vectors, derive_vectors, content_vectors):
        vectors()
