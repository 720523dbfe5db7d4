"""
An officer's deeds on the phone's device, with the phone's engine in the place of Python's rules.

Broken on purpose: what is hidden not told; what an entity's attributes say not told; calculations left out.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.engine import TIME_ZONE
from tests.support.forms import FORM_IDS, compiled, definition
from tests.support.node import FOLDER

ROOT = Path(__file__).parents[2]
CLAIMS = [
    "a visit begins with what the case says",
    "a family is visited again",
    "two officers disagree on a case and one chooses",
    "a delivery is planned and brought",
    "a child is found and corrected",
]
MEMBER_ID = "id_anggota"


@pytest.mark.engine
def test_what_the_engine_makes_of_answers_leads_to_the_same_operations(tmp_path: Path) -> None:
    forms = tmp_path / "forms.json"
    forms.write_text(json.dumps({definition(one).identity: opening(one) for one in FORM_IDS}), "utf-8")
    program = ["scripts/officer_app.py", "run", "tests/engine/deeds.ts", str(forms)]
    played = subprocess.run(
        [sys.executable, *program, str(FOLDER / "node_modules" / "jsdom"), *CLAIMS],
        cwd=ROOT,
        env={**os.environ, "TZ": TIME_ZONE},
        capture_output=True,
        text=True,
        check=False,
    )
    assert played.returncode == 0, played.stderr[-4000:]
    # Each line tells how many sets of answers the engine evaluated.
    told = dict(line.rsplit(": ", 1) for line in played.stdout.splitlines())
    assert sorted(told) == sorted(CLAIMS)
    assert min(map(int, told.values())) > 2


def opening(form_id: str) -> dict[str, object]:
    """What opens a form in the engine, as a phone has it."""
    form = compiled(form_id)
    media = {name: data.decode() for name, data in form.media.items() if name.endswith(".csv")}
    ids = [one.path for one in definition(form_id).with_role(MEMBER_ID)]
    return {"xform": form.xform, "media": media, "idQuestions": ids}
