"""The office's pages as somebody uses them who has signed in: a page is opened, its form filled and sent."""

import re
from html import unescape
from typing import Any, Final

import requests

from demo.accounts import Account
from demo.installation import DemoError

TIMEOUT_S: Final = 60
_HIDDEN: Final = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


class Pages:
    """A browser without a screen. Every method raises `DemoError` when the server refuses."""

    def __init__(self, url: str, account: Account) -> None:
        self._url = url
        self._session = requests.Session()
        page = self._call("GET", "/sign-in")
        fields = {**_hidden(page.text), "name": account.name, "password": account.password}
        self._call("POST", "/sign-in", data=fields)

    def close(self) -> None:
        self._session.close()

    def send(self, path: str, fields: dict[str, Any], to: str = "") -> str:
        """Opens a page, adds `fields` to what it hides in its forms, and sends them; gives where that led."""
        page = self._call("GET", path)
        answer = self._call("POST", to or path, data={**_hidden(page.text), **fields})
        return answer.url.removeprefix(self._url)

    def _call(self, method: str, path: str, **more: Any) -> requests.Response:
        answer = self._session.request(method, f"{self._url}{path}", timeout=TIMEOUT_S, **more)
        if answer.status_code != 200:
            told = f"{method} {path}"
            raise DemoError(told, code="call-failed", call=told, reason=str(answer.status_code))
        return answer


def _hidden(page: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in _HIDDEN.findall(page)}
