"""The server's clock, moved by a test."""

from tests.support.office import NOW, Office


class Clock:
    """Stands still until the test moves it: milliseconds since 1970 in `now`."""

    def __init__(self, office: Office) -> None:
        self.now = NOW
        office.app.config["VERILAP_CLOCK"] = lambda: self.now
