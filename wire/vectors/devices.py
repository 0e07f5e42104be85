#!/usr/bin/env python3
"""Writes the vectors of SPEC 6.6 and 8.2 from the text alone, sharing no code with the programs.

    python3 wire/vectors/devices.py
"""
import base64, hmac, struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from primitives import LABEL, SUITE, context, derived, hchacha20, hkdf, labelled_hash, opaque, public, seal, sign
from reference import FULL, drawn, write

SECRET = drawn("invitation secret", 20)


# --- 6.6 -----------------------------------------------------------------------------------------------------------------

def under_both(keys, nonce, ctx):
    """Two blocks and a tag that XChaCha20-Poly1305 accepts under both keys (Len, Grubbs, Ristenpart: Partitioning Oracle Attacks)."""
    p, one, iv = (1 << 130) - 5, 1 << 128, bytes(4) + nonce[16:]
    subkeys = [hchacha20(key, nonce[:16]) for key in keys]
    little = lambda data: int.from_bytes(data, "little")
    aad = ctx + bytes(-len(ctx) % 16)
    lengths = one + len(ctx) + (32 << 64)
    pads = [Cipher(algorithms.ChaCha20(key, bytes(4) + iv), None).encryptor().update(bytes(32)) for key in subkeys]
    r = [little(pad[:16]) & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF for pad in pads]
    for tag in range(1, 1000):
        wanted = []
        for pad, x in zip(pads, r):
            said = 0
            for at in range(0, len(aad), 16):
                said = (said + one + little(aad[at:at + 16])) * x % p
            wanted.append(((tag - little(pad[16:])) % one - said * x * x * x - lengths * x) % p)
        # Two equations, first * r^3 + second * r^2 = wanted, for two blocks.
        inverse = pow(r[0] ** 3 * r[1] ** 2 - r[1] ** 3 * r[0] ** 2, -1, p)
        first = (wanted[0] * r[1] ** 2 - wanted[1] * r[0] ** 2) * inverse % p - one
        second = (r[0] ** 3 * wanted[1] - r[1] ** 3 * wanted[0]) * inverse % p - one
        if 0 <= first < one and 0 <= second < one:
            sealed = b"".join(n.to_bytes(16, "little") for n in (first, second, tag))
            return sealed, [ChaCha20Poly1305(key).decrypt(iv, sealed, ctx) for key in subkeys]


def two_passphrases(phrases):
    """A keystore whose ciphertext opens under two passphrases, were it not for the commitment, which is the first one's."""
    header, nonce = b"CASEVKEY" + struct.pack(">HIII", 1, 65536, 3, 1) + drawn("keystore salt"), drawn("keystore nonce", 24)
    ctx = context("seal keystore", binding=labelled_hash("keystore header hash", header))
    wrapping = [Argon2id(salt=drawn("keystore salt"), length=32, memory_cost=65536, iterations=3, lanes=1).derive(p.encode()) for p in phrases]
    okm = [hkdf(nonce, key, ctx, 64) for key in wrapping]
    sealed, stores = under_both([both[:32] for both in okm], nonce, ctx)
    body = header + SUITE + nonce + okm[0][32:] + sealed
    return body + labelled_hash("keystore checksum", body)[:8], stores[0]


def keystore_vectors():
    phrase, store = "correct horse battery staple", drawn("store key")

    def file(memory=65536, passes=3, lanes=1, version=1, magic=b"CASEVKEY", bound=None, hashed=True, system=None):
        header = magic + struct.pack(">HIII", version, memory, passes, lanes) + drawn("keystore salt")
        work = dict(memory_cost=65536, iterations=3, lanes=1) if not hashed else dict(memory_cost=memory, iterations=passes, lanes=lanes)
        wrapping = Argon2id(salt=drawn("keystore salt"), length=32, **work).derive(phrase.encode())
        wrapping = hkdf(system, wrapping, context("derive keystore"), 32) if system else wrapping
        ctx = context("seal keystore", binding=labelled_hash("keystore header hash", bound or header))
        body = header + seal(wrapping, ctx, drawn("keystore nonce", 24), store)
        return body + labelled_hash("keystore checksum", body)[:8]

    good = file()
    damaged = good[:80] + bytes([good[80] ^ 1]) + good[81:]
    for name, rule, comment, data, phrase_used, error in [
        ("good", "R-6.6-1", "opens", good, phrase, None),
        ("lanes", "R-6.6-4", "four lanes", file(lanes=4), phrase, None),
        ("lanes-most", "R-6.6-2", "as many lanes as may be", file(lanes=16), phrase, None),
        ("checked", "R-6.6-3", "whole, with its checksum", file(memory=65537), phrase, None),
        ("wrong-passphrase", "R-6.6-4", "another passphrase", good, phrase + " ", "WrongPassphrase"),
        ("other-header", "R-6.6-4", "the seal is bound to another header", file(bound=b"x" * 54), phrase, "WrongPassphrase"),
        ("damaged", "R-6.6-3", "one bit is flipped", damaged, phrase, "Damaged"),
        ("short", "R-6.6-1", "one byte short", good[:-1], phrase, "Damaged"),
        ("magic", "R-6.6-1", "another magic", file(magic=b"CASEVKEZ"), phrase, "Damaged"),
        ("version", "R-6.6-1", "a version that is not known", file(version=3), phrase, "Version"),
        ("memory-low", "R-6.6-2", "memory below the floor", file(memory=65535), phrase, "Parameters"),
        ("memory-high", "R-6.6-2", "memory above the ceiling", file(memory=1048577, hashed=False), phrase, "Parameters"),
        ("passes-low", "R-6.6-2", "passes below the floor", file(passes=2), phrase, "Parameters"),
        ("passes-high", "R-6.6-2", "passes above the ceiling", file(passes=17, hashed=False), phrase, "Parameters"),
        ("lanes-high", "R-6.6-2", "lanes above the ceiling", file(lanes=17, hashed=False), phrase, "Parameters"),
        ("lanes-none", "R-6.6-2", "no lanes", file(lanes=0, hashed=False), phrase, "Parameters"),
    ]:
        expected = {"error": error} if error else {"store_key": store.hex()}
        write("keystore", name, rule, comment, error is None, {"file": data.hex(), "passphrase": phrase_used}, expected)
    system, other = drawn("system secret"), drawn("another system secret")
    with_system = file(version=2, system=system)
    as_first = bytearray(with_system[:-8])
    as_first[9] = 1
    as_first = bytes(as_first) + labelled_hash("keystore checksum", bytes(as_first))[:8]
    for name, comment, data, given, error in [
        ("system", "opens with the passphrase and the system's secret", with_system, system, None),
        ("system-other", "another secret", with_system, other, "WrongPassphrase"),
        ("system-none", "without its secret", with_system, None, "SystemSecret"),
        ("system-as-first", "said to be of version 1", as_first, None, "WrongPassphrase"),
        ("system-unused", "of version 2 and sealed without a secret", file(version=2), system, "WrongPassphrase"),
    ]:
        expected = {"error": error} if error else {"store_key": store.hex(), "name": labelled_hash("keystore secret name", drawn("keystore salt"))[:16].hex()}
        inputs = {"file": data.hex(), "passphrase": phrase} | ({"system": given.hex()} if given else {})
        write("keystore", name, "R-6.6-8", comment, error is None, inputs, expected)
    both, opened = two_passphrases([phrase, "hunter2"])
    for name, comment, used, expected in [
        ("two-passphrases-first", "its ciphertext opens under another passphrase too; this one is committed to", phrase, {"store_key": opened.hex()}),
        ("two-passphrases-second", "its ciphertext opens under this passphrase too, but is not committed to it", "hunter2", {"error": "WrongPassphrase"}),
    ]:
        write("keystore", name, "R-6.6-4", comment, "store_key" in expected, {"file": both.hex(), "passphrase": used}, expected)


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
        ("code-derived", "R-8.2-3", "id and access key come from the secret", good, None),
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
    guessed = seal(derived("derive invitation seal", drawn("guess", 20), organisation=org), context("seal invitation", organisation=org),
                   drawn("invitation nonce", 24), content)
    data = ident + access + struct.pack(">Q", 1_800_000_000_000) + opaque(guessed)
    write("invitation", "content-other-secret", "R-8.2-3", "sealed under a key from another secret", False,
          {"text": good, "invitation": data.hex()}, {"error": "OpenError"})

    mac_key = derived("derive invitation mac", SECRET, organisation=org)

    def join(inviter, keys, seeds, mac_key=mac_key, label=LABEL["mac invitation"]):
        mac_content = struct.pack(">H", label) + org + ident + inviter + keys
        request = ident + keys + hmac.digest(mac_key, mac_content, "sha256")
        return request + sign(seeds[0], "join request", request)

    (mallory_seeds, mallory), (other_seeds, other_keys) = device("mallory"), device("other device")
    for name, rule, valid, data, comment in [
        ("join", "R-8.2-5", True, join(inviter, keys, seeds), "an invited device's join request"),
        ("join-certified", "R-8.2-6", True, join(inviter, other_keys, other_seeds), "keys that an administrator may certify"),
        ("join-other-label", "R-8.2-5", False, join(inviter, keys, seeds, label=LABEL["join request"]), "a MAC for something else"),
        ("join-other-inviter", "R-8.2-6", False, join(mallory, keys, seeds), "for another inviting device"),
        ("join-other-secret", "R-8.2-6", False, join(inviter, mallory, mallory_seeds, drawn("guess")), "without the secret"),
        ("join-unsigned", "R-8.2-6", False, join(inviter, keys, mallory_seeds), "signed by a key that it does not introduce"),
    ]:
        inputs = {"text": good, "inviter": inviter.hex(), "join": data.hex()}
        if valid:
            own_seeds, own_keys = (other_seeds, other_keys) if name == "join-certified" else (seeds, keys)
            inputs["seeds"] = [s.hex() for s in own_seeds]
        write("invitation", name, rule, comment, valid, inputs, {"keys": own_keys.hex()} if valid else {"error": "JoinError"})


if __name__ == "__main__":
    keystore_vectors()
    invitation_vectors()
