"""
Looks at one picture, in a process of its own with narrow limits: ``python -I -m server.imaging``.

Decoders of pictures are large programs in C, and what they are given was written by others. So they run where
nothing is to be had: without the keys, the database and the settings of the server, with little memory and
time, and gone after one file. The bytes come by standard input, what is to be shown leaves by standard
output; neither touches a disk.
"""

import io
import resource
import sys
from typing import Final

from PIL import Image

from schemas.pictures import PictureRefused, encode, encode_within, read_picture
from server.views import DAMAGED, SHOWN, SHOWN_SIDE, THUMBNAIL, TOO_LARGE, Looked, View, write_answer

MEMORY_BYTES: Final = 1024 * 1024 * 1024
PROCESSOR_SECONDS: Final = 20


def limit(memory: int = MEMORY_BYTES, seconds: int = PROCESSOR_SECONDS) -> None:
    """
    Takes from this process, for good, what it does not need; `memory` in bytes, processor time in seconds.
    """
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),  # a dump would put the picture on a disk
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(what, (most, most))


def look(data: bytes) -> Looked:
    """What is shown of a picture: small in lists, and large. Of one that breaks off, as far as it goes."""
    try:
        picture = read_picture(data, SHOWN_SIDE, is_part_enough=True)
    except PictureRefused as refused:
        return Looked(fault=TOO_LARGE if refused.code == TOO_LARGE else DAMAGED)
    small = encode_within(picture.image)
    width, height = Image.open(io.BytesIO(small)).size
    large = View(SHOWN, *picture.image.size, encode(picture.image))
    return Looked((View(THUMBNAIL, width, height, small), large), None if picture.is_whole else DAMAGED)


def main() -> None:
    """One picture."""
    Image.init()  # what is read from the disk is read before nothing can be
    limit()
    write_answer(look(sys.stdin.buffer.read()), sys.stdout.buffer)


if __name__ == "__main__":
    main()
