from tests.support.devices import fleet

__all__ = ["fleet"]
