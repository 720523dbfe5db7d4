"""A hidden id, set once, for the members of a repeat that has none (docs/protocol.md, section 1)."""

from collections.abc import Iterator
from typing import Any, Final

MEMBER_ROLE: Final = "id_anggota"
MADE_ONCE: Final = "once(concat('m_', uuid()))"


def add_member_ids(tree: dict[str, Any]) -> None:
    """Puts the id before the first question of each repeat in pyxform's tree: the phone has it too."""
    names = {str(row.get("name")) for row in _rows(tree)}
    for row in list(_rows(tree)):
        children = row.get("children") or []
        if row.get("type") == "repeat" and not _has_member_id(row):
            name = _free_name(f"{row['name']}_id", names)
            names.add(name)
            row["children"] = [_member_id(name), *children]


def _has_member_id(container: dict[str, Any]) -> bool:
    """Whether one stands directly in it; that of a repeat within is another member's."""
    rows = container.get("children") or ()
    return any(str(row.get("x_peran") or "").strip() == MEMBER_ROLE for row in rows)


def _member_id(name: str) -> dict[str, Any]:
    ours = {"x_pdp": "umum", "x_peran": MEMBER_ROLE, "x_prefill": "no"}
    return {"type": "calculate", "name": name, "bind": {"calculate": MADE_ONCE}, **ours}


def _rows(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for row in tree.get("children", ()):
        yield row
        yield from _rows(row)


def _free_name(wanted: str, taken: set[str]) -> str:
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}{number}", number + 1
    return name
