"""
The demo's door for phones: HTTPS in front of its server, and the authority's certificate without.

    python -m demo.door FOLDER SERVER_PORT HTTPS_PORT PLAIN_PORT

Bytes go on as they are; an office has a real proxy there (docs/operations.md). It ends with its signal.
"""

import asyncio
import ssl
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

PIECE: Final = 64 * 1024
READY: Final = "door is open"


async def serve(folder: Path, server_port: int, https_port: int, plain_port: int) -> None:
    """Serves until it is cancelled. Raises `OSError` where a port is taken."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "demo.crt", folder / "demo.key")
    certificate = (folder / "verilap-demo-ca.crt").read_bytes()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            inner, outer = await asyncio.open_connection("127.0.0.1", server_port)
            await asyncio.gather(_pump(reader, outer), _pump(inner, writer))

    async def hand_out(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            await reader.readuntil(b"\r\n\r\n")
            head = (
                "HTTP/1.1 200 OK\r\nContent-Type: application/x-x509-ca-cert\r\nConnection: close\r\n"
                'Content-Disposition: attachment; filename="verilap-demo-ca.crt"\r\n'
                f"Content-Length: {len(certificate)}\r\n\r\n"
            )
            writer.write(head.encode() + certificate)
            await writer.drain()
        writer.close()

    doors = [
        await asyncio.start_server(pass_on, port=https_port, ssl=context),
        await asyncio.start_server(hand_out, port=plain_port),
    ]
    print(READY, flush=True)
    await asyncio.gather(*(one.serve_forever() for one in doors))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hands on until one side ends; then the other is told so."""
    with suppress(OSError):
        while piece := await reader.read(PIECE):
            writer.write(piece)
            await writer.drain()
    writer.close()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(Path(sys.argv[1]), *map(int, sys.argv[2:5])))
