"""
A picture is looked at by another process, with limits; whatever becomes of that, nothing becomes of this one.

Broken on purpose, each seen here: the environment handed on; an end by a signal taken for an answer; the
process started before the storage was read.
"""

import random
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from PIL import Image

from server.blobs import BlobsAwayError
from server.services.looking import COMMAND, LookingFailedError, look
from server.views import MOST_BYTES
from tests.support.photos import bomb, encoded, photo

READS = "import sys; sys.stdin.buffer.read(); "
DOES: dict[str, str] = {
    "is killed": "import os; os.kill(os.getpid(), 9)",
    "aborts": "import os; os.abort()",
    "ends at once": "",
    "does not read": "import os; os.close(0); print('{}')",
    "fails": READS + "sys.exit(3)",
    "answers nothing": READS,
    "answers something else": READS + 'print(\'{"fault": null, "views": []}\')',
    "answers and is killed": (
        READS
        + 'import os; os.write(1, b\'{"fault": "picture-damaged", "views": []}\\n\'); os.kill(os.getpid(), 9)'
    ),
    "answers without end": READS + "import os\nwhile True: os.write(1, bytes(65536))",
}


def python(code: str) -> list[str]:
    return [sys.executable, "-I", "-c", code]


def test_a_photo_is_looked_at() -> None:
    looked = look([photo(2000, 1500)])
    assert [(one.kind, one.width, one.height) for one in looked.views] == [
        ("thumbnail", 240, 180),
        ("shown", 1600, 1200),
    ]
    assert looked.fault is None


@pytest.mark.parametrize(
    ("data", "fault", "views"),
    [
        (bomb(20_000, 20_000), "picture-too-large", 0),
        (photo(400, 300)[:5000], "picture-damaged", 2),
        (b"\xff\xd8\xff\xe0" + b"<script>alert(1)</script>" * 50, "picture-damaged", 0),
    ],
    ids=["bomb", "cut", "html"],
)
def test_what_is_no_whole_picture_is_told(data: bytes, fault: str, views: int) -> None:
    looked = look([data])
    assert (looked.fault, len(looked.views)) == (fault, views)


@pytest.mark.parametrize("what", DOES)
def test_a_process_that(what: str) -> None:
    with pytest.raises(LookingFailedError):
        look([photo()] * 20, python(DOES[what]))


def test_a_process_that_hangs_is_killed_whatever_it_hangs_at() -> None:
    for code in ("import time; time.sleep(600)", "import os, time; os.close(1); time.sleep(600)"):
        began = time.monotonic()
        with pytest.raises(LookingFailedError):
            look([bytes(1_000_000)], python(code), seconds=0.3)
        assert time.monotonic() - began < 60


def test_a_storage_that_is_away_costs_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaking() -> Iterator[bytes]:
        yield b"\xff\xd8\xff"
        raise BlobsAwayError("away")

    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("a process was started"))
    with pytest.raises(BlobsAwayError):
        look(breaking())


def test_the_process_is_given_nothing_of_this_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERILAP_MASTER_KEY", "rahasia")
    code = (
        "import os, sys; told = [one for one in os.environ if 'VERILAP' in one];"
        "sys.exit(1 if told or os.getcwd() != '/' or len(os.listdir('/proc/self/fd')) > 4 else 7)"
    )
    with pytest.raises(LookingFailedError) as failed:
        look([b""], python(code))
    assert failed.value.facts["status"] == 7
    assert "-I" in COMMAND


def _limited(code: str, **limits: int) -> "subprocess.CompletedProcess[bytes]":
    before = f"from server.imaging import limit; limit({', '.join(f'{n}={v}' for n, v in limits.items())})\n"
    return subprocess.run(python(before + code), capture_output=True, check=False, timeout=120)


def test_the_process_has_little_memory_and_time_and_writes_no_file(tmp_path: object) -> None:
    assert b"MemoryError" in _limited("bytearray(1 << 31)").stderr
    assert _limited("while True: pass", seconds=1).returncode < 0
    assert b"File too large" in _limited(f"open('{tmp_path}/a', 'w').write('x' * 100000)").stderr
    assert b"(0, 0)" in _limited("import resource; print(resource.getrlimit(resource.RLIMIT_CORE))").stdout


def test_an_answer_has_an_end() -> None:
    """The largest that there can be is far from it."""
    noise = Image.frombytes("RGB", (1600, 1600), random.Random(1).randbytes(1600 * 1600 * 3))
    looked = look([encoded(noise, quality=95)])
    assert sum(len(one.data) for one in looked.views) < MOST_BYTES / 4
