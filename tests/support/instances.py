"""Random forms and random answers to them, for what turns the one into the XML of the other."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from hypothesis import strategies as st

from domain.forms.definition import FormDefinition
from domain.operations import RESTRICTED, Value, is_path

RECORD: Final = "3f9a4f5e-0000-4000-8000-000000000000"
FILE: Final = json.dumps({"hash": "h", "name": "rumah & <kebun>.jpg", "size": 7, "type": "image/jpeg"})
NAMES: Final = ("a", "b", "c_1", "g-x", "own", "data")
TYPES: Final = ("text", "integer", "select_multiple", "calculate", "image", "file", "geopoint")
MOST_DEEP: Final = 4


def whole(text: str) -> str:
    """The same text with every pair of half surrogates as the character that it is."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


TEXTS: Final = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=8).map(whole),
    st.text(st.sampled_from(" \t\r\n\0\x1b\x85\ufffe\ud800&<>]\"'a😀e\u0301"), max_size=8).map(whole),
)
VALUES: Final[st.SearchStrategy[Value]] = st.one_of(
    TEXTS, st.sampled_from(["", FILE, "]]>", "{}", '{"hash": 1}', RESTRICTED, {"$": "newer", "of": ["x", 1]}])
)
IDS: Final = st.one_of(
    st.sampled_from(["m_1", "m_2", "m_10"]), TEXTS, st.sampled_from(["*", " m ", "m_" + "x" * 150])
).filter(lambda one: is_path(one) and "/" not in one and not one.startswith("$"))


@st.composite
def described_forms(draw: st.DrawFn, tells_members: bool | None = None) -> dict[str, Any]:
    """
    The JSON of a form of groups and repeats in each other.

    `tells_members`: whether each repeat has a question for the member's id; none: some do.
    """
    fields: list[dict[str, Any]] = []
    containers: dict[str, list[dict[str, Any]]] = {"groups": [], "repeats": []}
    _fill(draw, fields, containers, tells_members, "", ())
    return described(fields, **containers)


def forms(tells_members: bool | None = None) -> st.SearchStrategy[FormDefinition]:
    """The same, read."""
    return described_forms(tells_members).map(FormDefinition.from_json)


def _fill(
    draw: st.DrawFn,
    fields: list[dict[str, Any]],
    containers: dict[str, list[dict[str, Any]]],
    tells_members: bool | None,
    prefix: str,
    around: tuple[str, ...],
) -> None:
    for name in draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True)):
        path = prefix + name
        kinds = ["question", "groups", "repeats"] if len(around) < MOST_DEEP else ["question"]
        kind = draw(st.sampled_from(kinds))
        if kind == "question":
            fields.append(question(path, draw(st.sampled_from(TYPES)), around=around))
            continue
        containers[kind].append({"path": path, "label": {}})
        inner = f"{path}/*/" if kind == "repeats" else f"{path}/"
        if kind == "repeats" and (draw(st.booleans()) if tells_members is None else tells_members):
            fields.append(question(f"{inner}id", "calculate", "id_anggota", (*around, path)))
        _fill(draw, fields, containers, tells_members, inner, (*around, path))


def question(
    path: str, kind: str = "text", role: str | None = None, around: Iterable[str] = ()
) -> dict[str, Any]:
    """A field of a definition."""
    return {"path": path, "type": kind, "label": {}, "pdp": "umum", "role": role, "group": list(around)}


def definition_of(
    fields: list[dict[str, Any]],
    groups: Iterable[Mapping[str, Any]] = (),
    repeats: Iterable[Mapping[str, Any]] = (),
) -> FormDefinition:
    """A form by its questions, groups and repeats."""
    return FormDefinition.from_json(described(fields, groups, repeats))


def described(
    fields: list[dict[str, Any]],
    groups: Iterable[Mapping[str, Any]] = (),
    repeats: Iterable[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "form_id": "coba",
        "version": "1",
        "title": {"id": "Coba"},
        "languages": ["id"],
        "fields": fields,
        "groups": list(groups),
        "repeats": list(repeats),
        "choices": {},
        "village_question": None,
    }


@st.composite
def answers_to(
    draw: st.DrawFn,
    definition: FormDefinition,
    ids: st.SearchStrategy[str] = IDS,
    values: st.SearchStrategy[Value] = VALUES,
    *,
    has_others: bool = True,
) -> dict[str, Value]:
    """Answers to some questions, for some members; with `has_others` also where the form asks nothing."""
    known = [one.path for one in definition.fields]
    found: dict[str, Value] = {}
    for path in draw(st.lists(st.sampled_from(known), max_size=12)):
        steps = [draw(ids) if step == "*" else step for step in path.split("/")]
        if has_others and draw(st.integers(0, 5)) == 0:
            steps = steps[: draw(st.integers(1, len(steps)))] + draw(st.lists(IDS, max_size=2))
        found["/".join(steps)] = draw(values)
    return {path: value for path, value in found.items() if is_path(path)}
