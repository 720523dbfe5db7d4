"""The packets that break a connection are what a real one takes for its end.

The system itself judges them where root may ask it (tests/integration/test_bad_line.py). Each
test was seen to fail, with: a reset that acknowledges nothing, a flow told by one end only.
"""

import struct

from benchmarks.packets import ACK, FIN, RST, SYN, Flows, address, read_segment, reset_to_sender

A, B = (address("198.18.77.2"), 40_000), (address("198.18.77.1"), 80)


def packet(flags, sequence=7, after=0, data=b"", ends=(A, B)):
    """A packet without its checksums."""
    (host, port), (to_host, to_port) = ends
    segment = struct.pack("!HHIIBBHHH", port, to_port, sequence, after, 5 << 4, flags, 100, 0, 0) + data
    return struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(segment), 0, 0, 64, 6, 0) + host + to_host + segment


def total(data):
    """The sum that is 0xFFFF over anything with a right checksum."""
    found = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while found >> 16:
        found = (found & 0xFFFF) + (found >> 16)
    return found


def test_a_segment_is_read_with_what_it_carries():
    read = read_segment(packet(ACK, 100, 900, b"hello"))
    assert (read.source, read.target, read.sequence, read.acknowledged, read.length) == (A, B, 100, 900, 5)
    assert read_segment(packet(SYN | ACK)).length == read_segment(packet(FIN)).length == 1
    assert [read_segment(packet(flags)).opens for flags in (SYN, SYN | ACK, ACK)] == [True, False, False]


def test_what_is_no_tcp_over_ipv4_is_nobodys():
    udp = bytearray(packet(ACK))
    udp[9] = 17
    newer = bytearray(packet(ACK))
    newer[0] = 0x60
    odd = bytearray(packet(ACK))
    odd[0] = 0x4F
    for one in (b"", b"E", bytes(udp), bytes(newer), bytes(odd), packet(ACK)[:39]):
        assert read_segment(one) is None


def test_a_reset_goes_back_to_the_sender_with_the_number_that_he_waits_for():
    answer = reset_to_sender(read_segment(packet(ACK, 100, 900, b"hello")))
    read = read_segment(answer)
    assert (read.source, read.target, read.sequence, read.acknowledged) == (B, A, 900, 105)
    assert read.flags == RST | ACK
    assert total(answer[:20]) == 0xFFFF
    assert total(answer[12:20] + struct.pack("!HH", 6, 20) + answer[20:]) == 0xFFFF


def test_a_reset_is_not_answered():
    assert reset_to_sender(read_segment(packet(RST))) is None


def test_connections_of_before_a_cut_are_strangers_after_it():
    flows = Flows()
    there, back = read_segment(packet(ACK, 8, 51)), read_segment(packet(ACK, 51, 9, ends=(B, A)))
    assert not flows.is_known(there)
    assert flows.is_known(read_segment(packet(SYN)))
    assert flows.is_known(there)
    assert flows.is_known(back)
    told = dict(flows.forget())
    assert told.keys() == {A, B}
    assert (read_segment(told[A]).sequence, read_segment(told[B]).sequence) == (51, 9)
    assert not flows.is_known(there)
    assert flows.forget() == []
