from tests.support.devices import fleet
from tests.support.terminal import verilap

__all__ = ["fleet", "verilap"]
