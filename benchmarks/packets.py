"""TCP over IPv4, as much of it as breaking connections needs: whose a packet is, and a reset to its sender.

Pure: bytes in, bytes out. A line that was cut forgets the connections that it carried, as a
cell does; what they send afterwards is answered with a reset (RFC 9293, 3.5.2).
"""

import socket
import struct
from dataclasses import dataclass, field
from typing import Final

IPV4: Final = 4
TCP: Final = 6
HEADER: Final = 20
FIN, SYN, RST, ACK = 1, 2, 4, 16
Flow = frozenset[tuple[bytes, int]]
"""Both ends of a connection, each an address and a port."""


@dataclass(frozen=True)
class Segment:
    """One TCP segment; `length` counts what it carries in sequence numbers."""

    source: tuple[bytes, int]
    target: tuple[bytes, int]
    sequence: int
    acknowledged: int
    flags: int
    length: int

    @property
    def flow(self) -> Flow:
        return frozenset((self.source, self.target))

    @property
    def opens(self) -> bool:
        """Whether it begins a connection."""
        return bool(self.flags & SYN) and not self.flags & ACK


def read_segment(packet: bytes) -> Segment | None:
    """The segment in an IP packet; None for anything but TCP over IPv4."""
    if len(packet) < 2 * HEADER or packet[0] >> 4 != IPV4 or packet[9] != TCP:
        return None
    at = (packet[0] & 15) * 4
    if len(packet) < at + HEADER:
        return None
    source, target, sequence, acknowledged, offset, flags = struct.unpack_from("!HHIIBB", packet, at)
    length = len(packet) - at - (offset >> 4) * 4 + bool(flags & SYN) + bool(flags & FIN)
    return Segment(
        (packet[12:16], source), (packet[16:20], target), sequence, acknowledged, flags, max(length, 0)
    )


def reset_to_sender(segment: Segment) -> bytes | None:
    """The packet that ends the connection at the segment's sender, as from its peer; None for a reset."""
    if segment.flags & RST:
        return None
    sequence = segment.acknowledged if segment.flags & ACK else 0
    after = (segment.sequence + segment.length) % 2**32
    return _packet(segment.target, segment.source, sequence, after)


@dataclass
class Flows:
    """The connections that the line has seen beginning; after `forget` they are strangers."""

    _known: dict[Flow, dict[tuple[bytes, int], Segment]] = field(default_factory=dict)

    def is_known(self, segment: Segment) -> bool:
        """Whether a segment may pass: its connection began while the line was as it is, or begins now."""
        if segment.opens:
            self._known.setdefault(segment.flow, {})
        if (ends := self._known.get(segment.flow)) is None:
            return False
        ends[segment.source] = segment
        return True

    def forget(self) -> list[tuple[tuple[bytes, int], bytes]]:
        """Breaks every connection: a reset for each end that has sent something, with that end."""
        ends = [segment for flow in self._known.values() for segment in flow.values()]
        self._known.clear()
        found = [(segment.source, reset_to_sender(segment)) for segment in ends]
        return [(source, packet) for source, packet in found if packet is not None]


def _packet(source: tuple[bytes, int], target: tuple[bytes, int], sequence: int, after: int) -> bytes:
    """A reset with its acknowledgement and both checksums."""
    flags = RST | ACK
    segment = struct.pack(
        "!HHIIBBHHH", source[1], target[1], sequence, after, HEADER // 4 << 4, flags, 0, 0, 0
    )
    covered = source[0] + target[0] + struct.pack("!BBH", 0, TCP, len(segment))
    segment = segment[:16] + _checksum(covered + segment) + segment[18:]
    header = struct.pack("!BBHHHBBH", IPV4 << 4 | 5, 0, 2 * HEADER, 0, 0, 64, TCP, 0) + source[0] + target[0]
    return header[:10] + _checksum(header) + header[12:] + segment


def _checksum(covered: bytes) -> bytes:
    """The Internet checksum (RFC 1071) of an even number of bytes."""
    total = sum(struct.unpack(f"!{len(covered) // 2}H", covered))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return struct.pack("!H", ~total & 0xFFFF)


def address(text: str) -> bytes:
    """The four bytes of an IPv4 address."""
    return socket.inet_aton(text)
