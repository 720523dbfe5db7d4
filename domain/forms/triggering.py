"""
What a change of an answer sets: calculations with a trigger (``xforms-value-changed``).

An answer has changed when expressions see another value of it than before: also when a condition hides it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from domain.forms.definition import FormDefinition
from domain.forms.evaluation import Evaluation
from domain.forms.fields import Action, Field
from domain.forms.program import Context
from domain.forms.setting import Setting
from domain.operations import Value

MEMBER: Final = "*"
MOST_ROUNDS: Final = 50
"""How long a chain of triggers against the order of the form may be."""


@dataclass(frozen=True)
class Rule:
    """
    A question that an action sets when `trigger` changes; `shared` is how many steps of their paths name
    members that both lie in.
    """

    field: Field
    action: Action
    trigger: str
    shared: int

    def pairs(self, evaluation: Evaluation) -> Iterator[tuple[str, str]]:
        """
        The record paths of trigger and question.

        Of several triggers it is the first one that counts. Where one trigger would set several members the
        phone's engine stops; here none is set.
        """
        triggers: dict[str, str] = {}
        for path in evaluation.places(self.trigger):
            triggers.setdefault(self._around(path), path)
        targets: dict[str, list[str]] = {}
        for path in evaluation.places(self.field.path):
            targets.setdefault(self._around(path), []).append(path)
        for around, paths in targets.items():
            if len(paths) == 1 and around in triggers:
                yield triggers[around], paths[0]

    def _around(self, path: str) -> str:
        return "/".join(path.split("/")[: self.shared])


def rules_of(definition: FormDefinition) -> list[Rule]:
    """What a form sets when answers change, in the order of what is set."""
    return [
        Rule(one, action, action.trigger, _shared(one.path, action.trigger))
        for one in definition.fields
        for action in one.logic.actions
        if action.trigger
    ]


def _shared(path: str, trigger: str) -> int:
    shared = 0
    for number, (one, other) in enumerate(zip(path.split("/"), trigger.split("/"), strict=False), start=1):
        if one != other:
            break
        shared = number if one == MEMBER else shared
    return shared


def trigger_values(
    definition: FormDefinition, answers: Mapping[str, Value], context: Context, members: Iterable[str] = ()
) -> dict[str, str]:
    """What the triggers of a form say, by record path: what to compare with after a change."""
    rules = rules_of(definition)
    if not rules:
        return {}
    evaluation = Setting(definition, answers, context, members).evaluation
    pairs = (pair for rule in rules for pair in rule.pairs(evaluation))
    return {path: evaluation.shown.get(path, "") for path, _ in pairs if evaluation.is_known(path)}


def triggered(
    definition: FormDefinition,
    before: Mapping[str, str],
    answers: Mapping[str, Value],
    context: Context,
    *,
    fixed: Collection[str] = (),
    members: Iterable[str] = (),
) -> dict[str, str]:
    """
    What the form sets, by record path, now that its triggers say something else than `before`.

    Values that are set may trigger others in turn, each value of a trigger once. What is `fixed` stays; a
    trigger that `before` does not know has not changed.
    """
    rules = rules_of(definition) if before else []
    setting = Setting(definition, answers, context, members)
    said: dict[tuple[str, str], str] = {}
    for _ in rules[:MOST_ROUNDS]:
        changes = [
            (rule, pair)
            for rule in rules
            for pair in rule.pairs(setting.evaluation)
            if _is_news(setting.evaluation, pair, said, before)
        ]
        if not changes:
            break
        for rule, (trigger, target) in changes:
            said[trigger, target] = setting.evaluation.shown.get(trigger, "")
            value = setting.value_of(rule.action, target, rule.field)
            if value is not None and target not in fixed:
                setting.put(target, value)
    return setting.found


def _is_news(
    evaluation: Evaluation,
    pair: tuple[str, str],
    said: Mapping[tuple[str, str], str],
    before: Mapping[str, str],
) -> bool:
    trigger = pair[0]
    now = evaluation.shown.get(trigger, "")
    known = said.get(pair, before.get(trigger, now))
    return now != known and evaluation.is_known(trigger)
