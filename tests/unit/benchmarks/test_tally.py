"""The proxy beside the server counts every byte of a file that comes, and no other.

Each test was seen to fail, with: bodies counted when they are whole, and all bodies counted.
"""

from contextlib import closing
from socket import create_connection, create_server

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.tally import Counted, RequestReader, tallied

FILE = b"application/offset+octet-stream"


def request(body: bytes, kind: bytes = FILE) -> bytes:
    """A request as it travels."""
    head = b"PATCH /api/v1/files/x HTTP/1.1\r\nHost: h\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
    return head % (kind, len(body)) + body


@given(st.lists(st.tuples(st.binary(max_size=50), st.booleans())), st.lists(st.integers(1, 90)))
def test_bytes_of_files_are_counted_however_they_come(sent, steps):
    tape = b"".join(request(body, FILE if is_file else b"application/json") for body, is_file in sent)
    counted = Counted()
    reader = RequestReader(counted)
    for step in steps:
        reader.feed(tape[:step])
        tape = tape[step:]
    reader.feed(tape)
    assert counted.file_bytes == sum(len(body) for body, is_file in sent if is_file)
    assert (counted.requests, counted.file_requests) == (len(sent), sum(is_file for _, is_file in sent))


def test_a_request_without_a_body_is_one():
    counted = Counted()
    RequestReader(counted).feed(
        b"GET / HTTP/1.1\r\nHost: h\r\n\r\n" + request(b"abc") + b"HEAD /x HTTP/1.1\r\n\r\n"
    )
    assert (counted.requests, counted.file_bytes) == (3, 3)


def test_half_a_request_is_counted_for_what_came_of_it():
    counted = Counted()
    RequestReader(counted).feed(request(b"x" * 100)[:-40])
    assert (counted.file_bytes, counted.file_requests) == (60, 1)


def test_what_goes_through_comes_out_the_same_both_ways():
    with create_server(("127.0.0.1", 0)) as listener:
        host, port = listener.getsockname()
        with tallied(f"http://{host}:{port}") as tally, closing(_connected(tally.url)) as device:
            device.sendall(request(b"hello"))
            server, _ = listener.accept()
            with server:
                server.settimeout(10)
                received = b""
                while not received.endswith(b"hello"):
                    received += server.recv(1000)
                server.sendall(b"answer")
            answered = b""
            while piece := device.recv(1000):
                answered += piece
    assert (received, answered) == (request(b"hello"), b"answer")
    assert tally.counted.file_bytes == 5


def _connected(url):
    host, _, port = url.rpartition("/")[2].partition(":")
    line = create_connection((host, int(port)), 10)
    line.settimeout(10)
    return line
