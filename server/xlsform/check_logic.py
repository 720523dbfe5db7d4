"""What only the whole form shows: paths to nothing, several values where one fits, absent lists."""

from collections.abc import Collection, Iterator, Mapping

from domain.forms.xpath import Expression, Path, XPathError, parse
from domain.forms.xpath.expressions import Call
from server.faults import Fault, Place, fault
from server.xlsform.check_phone import PATH
from server.xlsform.columns import asked_of_row, column_fault
from server.xlsform.cycles import cycles
from server.xlsform.logic import Placed, Reference, calls, expressions_of, literal, references
from server.xlsform.places import place_of
from server.xlsform.sheets import Workbook
from server.xlsform.xform import XForm

Columns = Mapping[str, Collection[str]]
"""The columns of each list and table whose rows are known."""


def check_logic(workbook: Workbook, xform: XForm, columns: Columns) -> Iterator[Fault]:
    """The faults of a form that pyxform has converted."""
    placed = list(expressions_of(xform))
    for one in placed:
        place = place_of(one, workbook, xform)
        for reference in references(one):
            yield from _reference(one, reference, xform, place)
        yield from _instances(one, xform, columns, place)
        yield from _looked_up(one, columns, place)
        yield from _positions(one, xform, place)
        yield from _choice_names(one, xform, place)
    yield from cycles(placed, workbook, xform)


def _reference(placed: Placed, reference: Reference, xform: XForm, place: Place) -> Iterator[Fault]:
    name = reference.node.rpartition("/")[2]
    if "*" in reference.node:
        yield fault("path-any", place)
        return
    if reference.node not in xform.nodes:
        is_bare = reference.top and reference.node == f"{placed.node}/{name}"
        yield fault("name-bare" if is_bare else "path-unknown", place, path=reference.node or "/", name=name)
        return
    if reference.taken != "nodes" and reference.node in xform.containers:
        yield fault("group-value", place, name=name)
        return
    repeat = _of_many(placed, reference, xform)
    if repeat and reference.taken == "one" and not reference.is_chosen:
        yield fault("repeat-many", place, name=name, repeat=repeat.rpartition("/")[2])


def _of_many(placed: Placed, reference: Reference, xform: XForm) -> str | None:
    """The repeat whose members all have the node, seen from where the expression stands."""
    for repeat in xform.repeats:
        if not f"{reference.node}/".startswith(f"{repeat}/"):
            continue
        seen_from = reference.top or placed.node
        if not f"{seen_from}/".startswith(f"{repeat}/"):
            return repeat
    return None


def _instances(placed: Placed, xform: XForm, columns: Columns, place: Place) -> Iterator[Fault]:
    """Lists that are named but not there, and columns that they do not have."""
    for call in calls(placed, "instance"):
        name = literal(call.arguments[0]) or ""
        if name not in xform.instances and name != "__last-saved":
            yield fault("instance-unknown", place, name=name, known=", ".join(sorted(xform.instances)))
    for path in placed.tree.references():
        name = _list_name(path)
        if name in columns:
            for column in dict.fromkeys(_columns_asked(path)):
                if column not in columns[name]:
                    yield column_fault(column, columns[name], place, name)


def _list_name(path: Path) -> str:
    is_instance = isinstance(path.origin, Call) and path.origin.name == "instance"
    return literal(path.origin.arguments[0]) or "" if is_instance and isinstance(path.origin, Call) else ""


def _columns_asked(path: Path) -> Iterator[str]:
    """Of ``instance('desa')/root/item[kecamatan = …]/label``: ``kecamatan`` and ``label``."""
    names = [step.name for step in path.steps]
    if names[:2] != ["root", "item"]:
        return
    for predicate in path.steps[1].predicates:
        yield from asked_of_row(predicate)
    if len(names) > 2 and path.steps[2].axis == "child" and names[2] != "*":
        yield names[2]


def _looked_up(placed: Placed, columns: Columns, place: Place) -> Iterator[Fault]:
    """``pulldata('harga', 'rupiah', 'kode', …)``: both columns are in the table."""
    for call in calls(placed, "pulldata"):
        name = (literal(call.arguments[0]) or "").removesuffix(".csv")
        for argument in call.arguments[1:3]:
            column = literal(argument)
            if column and name in columns and column not in columns[name]:
                yield column_fault(column, columns[name], place, name)


def _positions(placed: Placed, xform: XForm, place: Place) -> Iterator[Fault]:
    """``position(${r})`` is asked within the repeat; seen from outside, every member has one."""
    for call in calls(placed, "position"):
        *_, asked = (None, *_means(placed, *call.arguments))
        repeat = _of_many(placed, asked, xform) if asked else None
        if asked and repeat and not asked.is_chosen:
            yield fault("position-many", place, name=asked.node.rpartition("/")[2])


def _choice_names(placed: Placed, xform: XForm, place: Place) -> Iterator[Fault]:
    """The second argument of ``jr:choice-name`` is the path of a question with choices, as a text."""
    for call in calls(placed, "jr:choice-name"):
        path = (literal(call.arguments[1]) or "").strip()
        if path.startswith(PATH) and not _has_choices(placed, path, xform):
            yield fault("choice-name-select", place, name=path.rpartition("/")[2].strip())


def _has_choices(placed: Placed, path: str, xform: XForm) -> bool:
    try:
        return any(one.node in xform.itemsets for one in _means(placed, parse(path)))
    except XPathError:
        return False


def _means(placed: Placed, *expressions: Expression) -> Iterator[Reference]:
    for one in expressions:
        yield from references(Placed(placed.kind, placed.node, one))
