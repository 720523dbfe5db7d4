"""
The kept transcripts of whole syncs: the device still does what they say, and so does the server.

The phone's device is held to the same files by ``officer_app/tests/transcripts.test.ts``. Broken on purpose,
each seen here: a batch that named no earlier attempt; an outbox in another order; a store that kept a record
that left.
"""

from pathlib import Path

import pytest

from tests.support.transcript_scenes import SCENES, recorded
from tests.support.transcripts import FOLDER, kept, outline, replay

HOW = "python -m tests.support.transcript_scenes writes them anew"


def test_every_scene_has_its_transcript() -> None:
    assert {file.stem for file in FOLDER.glob("*.json")} == set(SCENES), HOW


@pytest.mark.parametrize("name", SCENES)
def test_a_device_asks_and_keeps_what_its_transcript_says(name: str, tmp_path: Path) -> None:
    replay(kept(name), tmp_path)


@pytest.mark.parametrize("name", SCENES)
def test_device_and_server_still_play_the_scene(name: str, tmp_path: Path) -> None:
    """On one database: that the other one answers alike is for the tests of the server."""
    assert outline(recorded(name, tmp_path)) == outline(kept(name)), HOW
