"""What somebody changed in an instance that another program has written anew."""

from collections.abc import Mapping

from domain.forms.definition import FormDefinition
from domain.forms.instance.layout import Place, layout_of, place_of
from domain.forms.instance.markup import possible
from domain.forms.instance.model import Instance
from domain.forms.instance.own import Own, mark_of
from domain.merge import at_and_above
from domain.operations import Value


def changed_answers(
    definition: FormDefinition, before: Mapping[str, Value], instance: Instance
) -> dict[str, Value]:
    """
    The answers that an edited instance gives otherwise than the record did when the instance was written.

    Other programs drop our element, so that each file is its name, and what was cleared looks as if nobody
    had answered. What still reads as we wrote it is therefore no change; a question that was answered and
    stands there empty was cleared by hand; one that is left out was hidden by a skip and keeps its answer.
    """
    layout = layout_of(definition)
    members = {above for path in before for above in at_and_above(path)}
    changed: dict[str, Value] = {}
    for path in instance.answers.keys() | instance.blank:
        value = instance.answers.get(path, "")
        place = place_of(layout, path)
        stood = path in before or (place.is_member_id and path.rpartition("/")[0] in members)
        had = place.text_of(before.get(path, "")) if stood else ""
        if value != before.get(path) and (not isinstance(value, str) or possible(value) != had):
            changed[path] = value
    return dict(sorted(changed.items()))


def changed_since(definition: FormDefinition, written: Own, instance: Instance) -> dict[str, Value]:
    """
    The same without the answers of then: by our element as it was `written`, with its marks.

    So what others have entered in the record since, and what nobody touched in the XML, is no change.
    """
    layout = layout_of(definition)
    changed: dict[str, Value] = {}
    for path in instance.answers.keys() | instance.blank:
        value = instance.answers.get(path, "")
        if not _stood(path, place_of(layout, path), value, written):
            changed[path] = value
    return dict(sorted(changed.items()))


def _stood(path: str, place: Place, value: Value, written: Own) -> bool:
    """Whether it reads as it was written; a blank in a member that was not there says nothing either."""
    if place.question is None:
        return written.answers.get(path) == value
    if mark_of(path, place.text_of(value)) in written.texts:
        return True
    is_new = any(mark_of(f"{one.repeat}/{one.id}") not in written.texts for one in place.members)
    return value == "" and is_new
