"""A thin link between two interfaces of this network namespace: loses, delays and slows down packets, each way. Reads `RATE DELAY LOSS`
(bits in a second, seconds, a fraction) from a file, again whenever it changes. Usage: thin-link.py LINK ONE OTHER; or: thin-link.py
--plain INTERFACE, which has the system compute checksums and cut segments itself, as a wire would need."""
import fcntl, heapq, os, random, select, socket, struct, sys, time

QUEUE = 64 * 1024  # bytes that wait to be sent, as in a modem
chance = random.Random(7)


def plain(interface):
    control = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for option in (0x17, 0x19, 0x1F, 0x24, 0x2C):  # checksums, scatter, TSO, GSO, GRO
        value = bytearray(struct.pack("II", option, 0))
        address = fcntl_address(value)
        try:
            fcntl.ioctl(control, 0x8946, struct.pack("16sP", interface.encode(), address))
        except OSError as error:
            print(f"{interface}: option {option:#x}: {error}", file=sys.stderr)


def fcntl_address(buffer):
    import ctypes

    return ctypes.addressof(ctypes.c_char.from_buffer(buffer))


class Way:
    """One direction: when its last packet has been sent."""

    def __init__(self, out):
        self.out, self.free = out, 0.0

    def take(self, packet, now, link):
        rate, delay, loss = link
        if chance.random() < loss or (self.free - now) * rate / 8 > QUEUE:
            return None
        self.free = max(now, self.free) + (len(packet) * 8 / rate if rate else 0)
        return self.free + delay


def relay(link_file, one, other):
    sockets = []
    for name in (one, other):
        packets = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        packets.bind((name, 0))
        sockets.append(packets)
    ways = {sockets[0]: Way(sockets[1]), sockets[1]: Way(sockets[0])}
    waiting, number, link, read = [], 0, (0, 0.0, 0.0), 0.0
    while True:
        now = time.monotonic()
        if now - read > 0.5:
            read, link = now, tuple(float(part) for part in open(link_file).read().split())
        while waiting and waiting[0][0] <= now:
            _, _, out, packet = heapq.heappop(waiting)
            try:
                out.send(packet)
            except OSError:
                pass  # the interface is down
        pause = min(0.5, max(0.0, waiting[0][0] - now)) if waiting else 0.5
        for ready in select.select(sockets, [], [], pause)[0]:
            try:
                packet, address = ready.recvfrom(70000)
            except OSError:
                return  # the interface is gone
            if address[2] == socket.PACKET_OUTGOING:
                continue
            at = ways[ready].take(packet, time.monotonic(), link)
            if at is not None:
                number += 1
                heapq.heappush(waiting, (at, number, ways[ready].out, packet))


if sys.argv[1] == "--plain":
    plain(sys.argv[2])
else:
    relay(*sys.argv[1:])
