"""``python -m tests.support.killing_rotation WHAT N``: rotates keys and ends by SIGKILL before its Nth step.

A step is a transaction or a key file that is written. Without so many steps it ends as usual.
"""

import os
import signal
import sys
from typing import Any

from server import key_file
from server.clock import now_ms
from server.config import read_config
from server.readiness import open_store
from server.services import keys
from server.store.transactions import Store


def main() -> None:
    """Rotates `master` or `data`."""
    what, last = sys.argv[1], int(sys.argv[2])
    steps = 0

    def counted(plain: Any) -> Any:
        def call(*given: Any) -> Any:
            nonlocal steps
            steps += 1
            if steps == last:
                os.kill(os.getpid(), signal.SIGKILL)
            return plain(*given)

        return call

    setattr(keys, "write_key_file", counted(key_file.write_key_file))  # noqa: B010
    Store.transact = counted(Store.transact)  # type: ignore[method-assign]
    config = read_config()
    with open_store(config) as store:
        if what == "data":
            keys.rotate_data(store, now_ms())
        else:
            keys.rotate_master(store, config.key_source, now_ms())


if __name__ == "__main__":
    main()
