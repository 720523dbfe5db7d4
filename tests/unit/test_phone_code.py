"""
The phone app's own tests, those that need no browser: they run in Node.js, as `scripts/officer_app.py test`.

Broken on purpose: a digest in the vectors of versions changed by hand.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_phone_s_code_passes_its_own_tests() -> None:
    command = [sys.executable, str(ROOT / "scripts" / "officer_app.py"), "test"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
