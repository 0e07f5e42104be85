"""The encoding, hashes, signatures, seals and derivations of SPEC 2, 4, 6.1 and 6.2, from the text alone, for `reference.py` and `reader.py`.

XChaCha20, BLAKE3 and Padmé are written out; the rest is the package `cryptography`. Labels are read from the SPEC's registry.
"""
import functools, hashlib, hmac, pathlib, re, struct

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SPEC = (pathlib.Path(__file__).parent.parent / "SPEC.md").read_text()
LABEL = {name: int(number, 16) for number, name in re.findall(r"^\| `(0x[0-9a-f]{4})` \| ([a-z -]+) \|", SPEC, re.M)}
SUITE = struct.pack(">H", 0x004D)
CHUNK = 65536


class Refused(Exception):
    pass


def must(holds, rule):
    if not holds:
        raise Refused(f"R-{rule} is broken")


# --- 2 -------------------------------------------------------------------------------------------------------------------

class Bytes:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, length):
        must(self.at + length <= len(self.data), "2-9")
        self.at += length
        return self.data[self.at - length:self.at]

    def number(self, size):
        return int.from_bytes(self.take(size), "big")

    def opaque(self, limit, least=0):
        first = self.number(1)
        size = 1 << (first >> 6)
        must(size < 8, "2-2")
        length = int.from_bytes(bytes([first & 0x3F]) + self.take(size - 1), "big")
        must(length >= {1: 0, 2: 64, 4: 16384}[size], "2-3")
        must(least <= length <= limit, "2-5")
        return self.take(length)

    def text(self, limit):
        try:
            return self.opaque(limit).decode()
        except UnicodeDecodeError:
            raise Refused("R-2-8 is broken") from None

    def many(self, read):
        while self.at < len(self.data):
            yield read(self)


def structure(*fields):
    """A reader of a structure: names and, for each, a number of bytes or a reader."""
    pairs = list(zip(fields[::2], fields[1::2]))
    return lambda b: {name: b.take(kind) if isinstance(kind, int) else kind(b) for name, kind in pairs}


def followed(read, tail):
    """A reader of a structure and of `tail` bytes after it: what it says, its bytes, and the tail."""
    def both(b):
        start = b.at
        value, end = read(b), b.at
        return value, b.data[start:end], b.take(tail)
    return both


def whole(data, read):
    b = Bytes(data)
    value = read(b)
    must(b.at == len(data), "2-9")
    return value


def u8(b): return b.number(1)
def u16(b): return b.number(2)
def u64(b): return b.number(8)
def text(limit): return lambda b: b.text(limit)
def sized(limit, least=0): return lambda b: b.opaque(limit, least)
def listed(limit, read): return lambda b: list(Bytes(b.opaque(limit)).many(read))


def chosen(kinds, rule, number):
    """A reader of a number and of the structure that it stands for."""
    def either(b):
        kind = b.number(number)
        must(kind in kinds, rule)
        return {"kind": kind, **kinds[kind](b)}
    return either


def opaque(b):
    n = len(b)
    return (bytes([n]) if n < 0x40 else struct.pack(">H", n | 0x4000) if n < 0x4000 else struct.pack(">I", n | 0x80000000)) + b


# --- 4, 6.1, 6.2 ---------------------------------------------------------------------------------------------------------

def labelled_hash(label, data):
    return hashlib.sha256(struct.pack(">H", LABEL[label]) + data).digest()


def public(seed):
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def sign(seed, label, content):
    return Ed25519PrivateKey.from_private_bytes(seed).sign(opaque(b"Casevault 1.0 " + label.encode()) + opaque(content))


# The points of small order, which strict verification refuses (R-4.2-2).
EIGHTH = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc"
SMALL = {bytes.fromhex(h) for h in ("01" + "00" * 31, "ec" + "ff" * 30 + "7f", "00" * 32, "00" * 31 + "80", EIGHTH[0] + "7a",
                                    EIGHTH[0] + "fa", EIGHTH[1] + "05", EIGHTH[1] + "85")}


def verify(key, label, content, signature, rule):
    try:
        must(key not in SMALL and signature[:32] not in SMALL, "4.2-2")
        Ed25519PublicKey.from_public_bytes(key).verify(signature, opaque(b"Casevault 1.0 " + label.encode()) + opaque(content))
    except (InvalidSignature, ValueError):
        raise Refused(f"R-{rule} is broken: signature") from None


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


def unseal(key, label, sealed, rule, **fields):
    ctx = context(label, **fields)
    must(len(sealed) >= 74 and sealed[:2] == SUITE, rule)
    nonce, commitment = sealed[2:26], sealed[26:58]
    okm = hkdf(nonce, key, ctx, 64)
    must(hmac.compare_digest(okm[32:], commitment), rule)
    try:
        return ChaCha20Poly1305(hchacha20(okm[:32], nonce[:16])).decrypt(bytes(4) + nonce[16:], sealed[58:], ctx)
    except InvalidTag:
        raise Refused(f"R-{rule} is broken: seal") from None


def derived(label, key, length=32, **fields):
    return hkdf(b"", key, context(label, **fields), length)


@functools.cache
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


def padded(n, floor=16384):
    if n < 2:
        return floor
    e = n.bit_length() - 1
    mask = (1 << max(e - e.bit_length(), 0)) - 1
    return max((n + mask) & ~mask, floor)
