"""What all tests in a browser share."""

from tests.support.passwords import cheap_passwords

__all__ = ["cheap_passwords"]  # a fixture: pytest finds it here by name
