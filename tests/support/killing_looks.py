"""
``python -m tests.support.killing_looks N``: looks at files, and ends by SIGKILL before its Nth step.

A step is a transaction, an object that is stored, or a process that is started. Without so many steps it ends
as usual.
"""

import os
import signal
import sys
from typing import Any

from server.blobs.folder import FolderBlobs
from server.blobs.opening import open_blobs
from server.clock import now_ms
from server.config import read_config
from server.readiness import open_store
from server.services import examine_files, looking
from server.store.transactions import Store


def main() -> None:
    last, steps = int(sys.argv[1]), 0

    def counted(plain: Any) -> Any:
        def call(*given: Any) -> Any:
            nonlocal steps
            steps += 1
            if steps == last:
                os.kill(os.getpid(), signal.SIGKILL)
            return plain(*given)

        return call

    Store.transact = counted(Store.transact)  # type: ignore[method-assign]
    FolderBlobs.put = counted(FolderBlobs.put)  # type: ignore[method-assign]
    setattr(looking, "look", counted(looking.look))  # noqa: B010
    config = read_config()
    with open_store(config) as store:
        examine_files.examine_files(store, open_blobs(config), now_ms())


if __name__ == "__main__":
    main()
