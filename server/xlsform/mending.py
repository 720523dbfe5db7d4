"""Two things that pyxform 4.5 leaves out, put right before anybody runs the form."""

import re
from typing import Final

from pyxform.survey import Survey

from server.xlsform.files import CASE_LISTS

PRIMARY_END: Final = "</instance>"


def resolve_from_targets(survey: Survey) -> None:
    """
    Makes ``${…}`` in what a trigger sets mean the same whether the trigger stands beside its target or not.

    pyxform writes paths relative to the triggering question; phones follow them from the question that is set
    (ODK XForms, ``setvalue``). Where the two are not in the same group, they met nothing or a namesake.
    """
    survey._setup_xpath_dictionary()
    for targets in survey.setvalues_by_triggering_ref.values():
        for place, (name, value) in enumerate(targets):
            if value:
                targets[place] = name, survey.insert_xpaths(value, survey.get_element_by_name(name))


def declare_case_lists(xform: str) -> str:
    """
    Declares each of the office's case lists that an expression names and no question chooses from.

    An entity that is updated looks its version up in its list; one that is not declared stops the form.
    """
    for name in CASE_LISTS:
        is_named = re.search(rf"instance\(\s*['\"]{name}['\"]\s*\)", xform) is not None
        if is_named and f'<instance id="{name}"' not in xform:
            start, end, rest = xform.partition(PRIMARY_END)
            xform = f'{start}{end}\n      <instance id="{name}" src="jr://file-csv/{name}.csv"/>{rest}'
    return xform
