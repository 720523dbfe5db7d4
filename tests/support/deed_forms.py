"""The forms of the deeds: the real ones without their words, and a small one with restricted answers."""

from __future__ import annotations

import json
from typing import Any, Final

from tests.support.deeds import FAR_VILLAGE, HOME_VILLAGE, OTHER_VILLAGE
from tests.support.forms import FORM_IDS, compiled

KEPT_VILLAGES: Final = (HOME_VILLAGE, OTHER_VILLAGE, FAR_VILLAGE)
WORDS: Final = ("label", "hint", "guidance", "constraint_message", "required_message", "media", "appearance")


def _asked(path: str, pdp: str = "umum", **more: object) -> dict[str, Any]:
    around = [path.rpartition("/")[0].removesuffix("/*")] if "/" in path else []
    return {"path": path, "type": "text", "label": {}, "pdp": pdp, "group": around, **more}


WHEN_CHANGED: Final = ["xforms-value-changed"]
SMALL: Final[dict[str, Any]] = {
    "format": 2,
    "form_id": "coba",
    "version": "1",
    "title": {"id": "Coba", "en": "Try"},
    "languages": ["id"],
    "fields": [
        _asked("nama", "spesifik", role="nama"),
        _asked("sakit", "terbatas"),
        _asked("obat", "terbatas"),
        _asked(
            "sapaan",
            actions=[{"events": WHEN_CHANGED, "trigger": "nama", "value": "concat('Ny. ', /data/nama)"}],
        ),
        _asked(
            "ejaan",
            actions=[{"events": WHEN_CHANGED, "trigger": "nama", "value": "string-length(/data/nama)"}],
        ),
        _asked("anak/*/n"),
    ],
    "groups": [],
    "repeats": [{"path": "anak", "label": {}}],
    "choices": {},
    "village_question": None,
}


def slim(form_id: str) -> dict[str, Any]:
    """A real form without its words and most villages: what it does stays."""
    form: dict[str, Any] = json.loads(compiled(form_id).definition_bytes)
    for one in (*form["fields"], *form["groups"], *form["repeats"]):
        for name in WORDS:
            one.pop(name, None)
        one["label"] = {}
    form.pop("choice_media", None)
    for name, rows in form["choices"].items():
        kept = [{**row, "label": {}} for row in rows if name != "desa" or row["name"] in KEPT_VILLAGES]
        form["choices"][name] = kept
    return form


def deed_forms() -> list[dict[str, Any]]:
    """All of them, as devices get them."""
    return [*map(slim, FORM_IDS), SMALL]
