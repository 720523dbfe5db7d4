"""What all tests in a browser share."""

from tests.browser.office_desk import api, desk, empty_office, office
from tests.support.passwords import cheap_passwords

__all__ = ["api", "cheap_passwords", "desk", "empty_office", "office"]  # fixtures: found here by name
