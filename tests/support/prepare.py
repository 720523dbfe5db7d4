"""
`python -m tests.support.prepare`: have PostgreSQL, Chromium and what the tests run in Node.js ready.

Exit 1 with a plain message when something is absent and cannot be installed.
"""

from __future__ import annotations

import sys

from tests.support.browser import ensure_chromium
from tests.support.node import ensure_axe, ensure_engine, ensure_tus
from tests.support.packages import MissingPackageError
from tests.support.postgres_binaries import ensure_binaries


def main() -> int:
    """Find or install what the tests need; 0 when all of it is there or left out."""
    try:
        for name, path in (
            ("PostgreSQL", ensure_binaries()),
            ("Chromium", ensure_chromium()),
            ("XForms engine", ensure_engine()),
            ("tus-js-client", ensure_tus()),
            ("axe-core", ensure_axe()),
        ):
            print(f"{name}: {path or 'left out'}")
    except MissingPackageError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
