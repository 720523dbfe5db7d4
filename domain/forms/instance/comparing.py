"""What somebody changed in an instance that another program has written anew."""

from collections.abc import Mapping

from domain.forms.definition import FormDefinition
from domain.forms.instance.layout import layout_of, place_of
from domain.forms.instance.markup import possible
from domain.forms.instance.model import Instance
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
