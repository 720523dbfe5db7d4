"""How a record is told to a program: the same by ``verilap show`` and the office API, in JSON and in XML."""

from collections.abc import Iterable, Sequence

from domain.canonical import Json
from domain.cases import Form, case_of, entities_told, ids_calculated
from domain.dossier import Dossier, Seen
from domain.errors import NotFound
from domain.files import FileAnswer
from domain.forms.definition import FormDefinition
from domain.forms.instance import instance_xml, kept_texts
from domain.forms.problems import MESSAGES, Problem
from domain.forms.program import Context
from domain.merge import RecordState
from domain.operations import RESTRICTED, SUBMISSION
from domain.review import Review


def record_members(
    dossier: Dossier, problems: Iterable[Problem], files: Sequence[dict[str, Json]] = ()
) -> dict[str, Json]:
    """
    A record as its reader may see it.

    `removed` are the members that are hidden, `restricted` the paths whose answers the reader may not see;
    times are milliseconds since 1970 by the author's clock. `files` (by `file_members`) and `parts`, the
    restricted parts that he may read, are told where there are any.
    """
    state = dossier.submission
    told: dict[str, Json] = {"files": list[Json](files)} if files else {}
    if dossier.parts:
        told["parts"] = [_part(dossier, part) for part in dossier.parts]
    return {
        "record": state.record,
        "kind": state.kind,
        "form": state.form,
        "village": dossier.village,
        "etag": state.etag,
        "answers": dict[str, Json](sorted(dossier.answers.items())),
        "conflicts": dispute_members(dossier),
        "survivors": {path: list[Json](ids) for path, ids in dossier.survivors.items()},
        "removed": list[Json](sorted(dossier.shown.hidden)),
        "restricted": list[Json](dossier.unreadable),
        "problems": [_problem(one) for one in problems],
        "review": _review(dossier.review, dossier.reviews),
        **told,
    }


def file_members(
    record: str, path: str, answer: FileAnswer, state: str, fault: str | None = None
) -> dict[str, Json]:
    """
    An answer that is a file, and how far it has come; the record is that in which it is asked for.

    What is not known is absent.
    """
    told: dict[str, Json] = {"record": record, "path": path, "state": state}
    said = {name: value for name in answer.__slots__ if (value := getattr(answer, name)) is not None}
    return {**told, **said, **({"fault": fault} if fault else {})}


def dispute_members(dossier: Dossier) -> dict[str, Json]:
    """The open conflicts by path; contested removals at ``PATH#removal``, with the values keep and remove."""
    return {path: [_seen(one) for one in values] for path, values in dossier.disputes.items()}


def record_xml(dossier: Dossier, definition: FormDefinition | None, context: Context) -> bytes:
    """
    A submission as the XForm instance that ODK Collect would send, as its reader may see it.

    Where people disagree it holds the provisional value; `context` is what the form is evaluated with, to say
    what it does to cases, and how it keeps each answer. Raises as `form_of_instance`.
    """
    definition = form_of_instance(dossier, definition)
    answers = {**dossier.answers, **dict.fromkeys(dossier.unreadable, RESTRICTED)}
    filled = Form(definition, dossier.record, case_of(dossier), (), context)
    return instance_xml(
        definition,
        dossier.record,
        {**ids_calculated(filled), **answers},
        entities=entities_told(filled, answers),
        seen={one for state in (dossier.submission, *dossier.parts) for one in state.origins},
        kept=kept_texts(definition, answers, context),
    )


def form_of_instance(dossier: Dossier, definition: FormDefinition | None) -> FormDefinition:
    """
    The form that a submission is an instance of.

    Raises `NotFound` (code ``no-instance``) for records that are no filled form, and where that version of
    the form is not known here.
    """
    if dossier.submission.kind != SUBMISSION or definition is None:
        form = dossier.submission.form
        raise NotFound(
            f"{dossier.record} is no filled form, or its form {form or '-'} is not known here",
            code="no-instance",
            record=dossier.record,
            form=form,
        )
    return definition


def _seen(seen: Seen) -> Json:
    return {
        "value": seen.value,
        "author": seen.author,
        "time": seen.time,
        "id": seen.id,
        "record": seen.record,
    }


def _problem(problem: Problem) -> Json:
    return {
        "code": problem.code,
        "path": problem.path,
        "severity": problem.severity,
        "params": dict[str, Json](problem.params),
        "message": {language: problem.message(language) for language in MESSAGES[problem.code]},
    }


def _part(dossier: Dossier, part: RecordState) -> Json:
    """A restricted part: its version, and where it stands with those who review it."""
    review = _review(dossier.part_reviews[part.record], dossier.reviews_of_parts[part.record])
    return {"record": part.record, "etag": part.etag, "review": review}


def _review(review: Review, surviving: Sequence[Seen]) -> Json:
    return {
        "state": review.state.value,
        "comment": review.comment,
        "remarks": dict[str, Json](review.remarks),
        "etag": review.etag,
        "ids": list[Json](review.ids),
        "surviving": [_surviving(one) for one in surviving],
    }


def _surviving(seen: Seen) -> Json:
    """One of the reviews that stand side by side: what it says, by whom and when."""
    return {"value": seen.value, "author": seen.author, "time": seen.time, "id": seen.id}
