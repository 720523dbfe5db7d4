"""Records as the office API shows and takes them."""

import re
from typing import Any, Final

from marshmallow import INCLUDE, Schema, ValidationError, fields, pre_load, validate, validates_schema

from domain.areas import AREA_CODE
from domain.operations import OPERATION_ID, is_path
from domain.review import Decision, ReviewState
from schemas.describing import CHANGE, REMARKS, TOLD_CHANGE, VALUE, listing, told
from schemas.texts import WHEN_ABSENT, PlainText, ShapedText

USUAL_PAGE: Final = 50
LARGEST_PAGE: Final = 500
LONGEST_TEXT: Final = 10_000
LONGEST_SOUGHT: Final = 200
MOST_REMARKS: Final = 1_000

FORM: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}(@[0-9A-Za-z._-]{1,32})?")
CURSOR: Final = re.compile(r"[0-9]{1,16}\.[0-9A-Za-z_-]{1,40}")
LIST_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")


def is_list_name(name: str) -> bool:
    """Whether a list of cases can have this name."""
    return LIST_NAME.fullmatch(name) is not None


def _operation_id() -> ShapedText:
    return ShapedText(OPERATION_ID, "an operation id")


class Sent(Schema):
    """What all requests share: members that this version does not know are left aside."""

    class Meta:
        unknown = INCLUDE


class Page(Sent):
    """Which part of a list. A filter that is empty is as good as absent."""

    cursor = ShapedText(CURSOR, "a cursor", **WHEN_ABSENT)
    limit = fields.Integer(load_default=USUAL_PAGE, validate=validate.Range(1, LARGEST_PAGE))

    @pre_load
    def leave_empty_ones_out(self, data: Any, **_: Any) -> Any:
        return {name: value for name, value in data.items() if value != ""}


class RecordsQuery(Page):
    """Filters of the queue; `village` is any area code, `form` a form's id, with or without ``@version``.

    `problems` asks for those with problems only.
    """

    form = ShapedText(FORM, "a form", **WHEN_ABSENT)
    village = ShapedText(AREA_CODE, "an area code such as 64.02.18", **WHEN_ABSENT)
    state = fields.Enum(ReviewState, by_value=True, **WHEN_ABSENT)
    problems = fields.Boolean(load_default=False)


class CasesQuery(Page):
    """Filters of the cases; `list` is a list's name, `village` any area code."""

    list = ShapedText(LIST_NAME, "a list of cases", **WHEN_ABSENT)
    village = ShapedText(AREA_CODE, "an area code such as 64.02.18", **WHEN_ABSENT)


class HeldQuery(Page):
    """Filters of the list of waiting operations."""

    status = fields.String(validate=validate.OneOf(["held", "void"]), **WHEN_ABSENT)


class Remarks(fields.Field[dict[str, str]]):
    """A text by the path of a question."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> dict[str, str]:
        if not isinstance(value, dict) or len(value) > MOST_REMARKS:
            raise ValidationError("remarks map the path of a question to a text")
        text = PlainText(LONGEST_TEXT)
        if not all(isinstance(path, str) and is_path(path) for path in value):
            raise ValidationError("a remark stands at the path of a question")
        return {path: text.deserialize(remark) or "" for path, remark in value.items()}


class ReviewRequest(Sent):
    """A decision on the version `etag`; without `seen`, all current reviews count as seen."""

    decision = fields.Enum(Decision, by_value=True, required=True)
    etag = PlainText(64, 1, required=True)
    comment = PlainText(LONGEST_TEXT, load_default="")
    remarks = Remarks(load_default=dict, **told(REMARKS))
    seen = fields.List(_operation_id(), load_default=None)


class ChangesRequest(Sent):
    """Changes as they travel: ``[path, value, [indexes into preds]]``; the operation reader checks them."""

    preds = fields.List(_operation_id(), load_default=list)
    changes = fields.List(
        fields.Raw(), required=True, validate=validate.Length(1, 2000), **told(listing(CHANGE))
    )


class ReasonRequest(Sent):
    """Why; it stays on record."""

    reason = PlainText(LONGEST_TEXT, required=True)


class RevealRequest(ReasonRequest):
    """At which paths numbers are wanted in full, and why."""

    paths = fields.List(
        PlainText(410, 1), required=True, validate=validate.Length(1, 20), metadata={"minItems": 1}
    )


class Revealed(Schema):
    """The numbers by path: all of them where people disagree."""

    record = fields.String()
    values = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))


class HeldDecision(Sent):
    """What becomes of a held operation, and why."""

    decision = fields.String(required=True, validate=validate.OneOf(["ok", "void"]))
    reason = PlainText(2000, load_default="")

    @validates_schema
    def check_reason(self, data: dict[str, Any], **_: Any) -> None:
        """Its author reads why it was refused."""
        if data.get("decision") == "void" and not data.get("reason", "").strip():
            raise ValidationError("a refusal needs a reason", "reason")


# --- answers -------------------------------------------------------------------------------------


class QueueEntry(Schema):
    """A record in the list. `updated` is when the server last took something in for it (ms since 1970).

    `problems` counts them for this reader, without warnings; it is null until the record is examined.
    `files_waiting` is there while a file that the record names has not arrived.
    """

    record = fields.String()
    form = fields.String(allow_none=True)
    village = fields.String(allow_none=True)
    etag = fields.String()
    state = fields.String()
    conflicts = fields.Integer()
    problems = fields.Integer(allow_none=True)
    updated = fields.Integer()
    files_waiting = fields.Boolean()


class FindRequest(Sent):
    """What is looked for: words of names, or the whole number of a person or a family (NIK, KK)."""

    text = PlainText(LONGEST_SOUGHT, 1, required=True)


class RecordPage(Schema):
    """A page of the list; `cursor` asks for the next one, and is absent at the end."""

    records = fields.List(fields.Nested(QueueEntry()))
    cursor = fields.String()


class CaseEntry(Schema):
    """A case in a list; `name` is its label, `conflicts` how many properties people disagree on."""

    record = fields.String()
    list = fields.String()
    name = fields.String()
    village = fields.String(allow_none=True)
    etag = fields.String()
    conflicts = fields.Integer()
    updated = fields.Integer()


class CasePage(Schema):
    """A page of a list of cases; `cursor` asks for the next one, and is absent at the end."""

    cases = fields.List(fields.Nested(CaseEntry()))
    cursor = fields.String()


class FoundRecords(Schema):
    """What was found, the latest change first; `more` where there are others."""

    cases = fields.List(fields.Nested(CaseEntry()))
    records = fields.List(fields.Nested(QueueEntry()))
    more = fields.Boolean()


class CandidateSchema(Schema):
    """A value that nobody has replaced. `record` is another one for restricted answers."""

    value = fields.Raw(**told(VALUE))
    author = fields.String()
    time = fields.Integer()
    id = fields.String()
    record = fields.String()


class ProblemSchema(Schema):
    """What is wrong at a path; `message` by language, `severity` problem or warning."""

    code = fields.String()
    path = fields.String()
    severity = fields.String()
    params = fields.Dict(fields.String(), fields.String())
    message = fields.Dict(fields.String(), fields.String())


class SurvivingReview(Schema):
    """A review that nobody has answered: the text ``submitted``, or a decision as it was sent."""

    value = fields.Raw(**told(VALUE))
    author = fields.String()
    time = fields.Integer()
    id = fields.String()


class ReviewSchema(Schema):
    """Where the record stands; `ids` are the current reviews, which a decision names as seen.

    `surviving` has those reviews whole, the newest first. Several mean that it waits for a decision, whatever
    they say: ``submitted`` beside a decision that its author had not seen is one of them.
    """

    state = fields.String()
    comment = fields.String()
    remarks = fields.Dict(fields.String(), fields.String())
    etag = fields.String(allow_none=True)
    ids = fields.List(fields.String())
    surviving = fields.List(fields.Nested(SurvivingReview()))


class PartSchema(Schema):
    """A restricted part of a submission, for who may read it; it is reviewed by itself, by its own etag."""

    record = fields.String()
    etag = fields.String()
    review = fields.Nested(ReviewSchema())


class WaitingChange(Schema):
    """A change of a waiting operation; without a value where the reader may not see it.

    `now` are the answers that stand there, and `conflict` whether this one would stand beside them; both are
    there for readers of the record only.
    """

    record = fields.String()
    path = fields.String()
    value = fields.Raw(**told(VALUE))
    now = fields.List(fields.Raw(**told(VALUE)))
    conflict = fields.Boolean()
    restricted = fields.Boolean()


class WaitingSchema(Schema):
    """A held or void operation, who sent it, and what it wants."""

    id = fields.String()
    status = fields.String()
    code = fields.String(allow_none=True)
    message = fields.String(allow_none=True)
    author = fields.String()
    account = fields.String()
    received = fields.Integer()
    decided = fields.Integer(allow_none=True)
    decided_by = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    acceptable = fields.Boolean()
    records = fields.List(fields.String())
    villages = fields.List(fields.String())
    changes = fields.List(fields.Nested(WaitingChange()))


class WaitingPageSchema(Schema):
    """A page of the list."""

    held = fields.List(fields.Nested(WaitingSchema()))
    cursor = fields.String()


class FileSchema(Schema):
    """
    An answer that is a file: what it says, and how far the file has come.

    `state`: ``waiting`` (not arrived), ``preparing`` (arrived; pictures are made), ``ready``, ``not-shown``.
    """

    record = fields.String()
    path = fields.String()
    state = fields.String(validate=validate.OneOf(["waiting", "preparing", "ready", "not-shown"]))
    hash = fields.String()
    name = fields.String()
    size = fields.Integer()
    type = fields.String()
    time = fields.String()
    position = fields.String()
    thumbnail = fields.String()
    fault = fields.String()


class RecordSchema(Schema):
    """A record as the reader may see it.

    `restricted` are the paths whose answers he may not see; a contested removal stands
    among the conflicts under ``PATH#removal``; `operation` is there after a change, and
    `files` and `parts` where there are any.
    """

    record = fields.String()
    kind = fields.String()
    form = fields.String(allow_none=True)
    village = fields.String(allow_none=True)
    villages = fields.List(fields.String())
    etag = fields.String()
    updated = fields.Integer()
    answers = fields.Dict(fields.String(), fields.Raw(**told(VALUE)))
    conflicts = fields.Dict(fields.String(), fields.List(fields.Nested(CandidateSchema())))
    survivors = fields.Dict(fields.String(), fields.List(fields.String()))
    removed = fields.List(fields.String())
    restricted = fields.List(fields.String())
    problems = fields.List(fields.Nested(ProblemSchema()))
    review = fields.Nested(ReviewSchema())
    held = fields.List(fields.Nested(WaitingSchema()))
    files = fields.List(fields.Nested(FileSchema()))
    parts = fields.List(fields.Nested(PartSchema()))
    operation = fields.String()


class EventSchema(Schema):
    """One operation of a record: what `device` handed in; `changes` are ``[path, value, [pred ids]]``.

    `time` is the device's clock, of which `clock_wrong` says that it was wrong; `received` the server's.
    """

    id = fields.String()
    author = fields.String()
    account = fields.String()
    device = fields.String(allow_none=True)
    time = fields.Integer()
    clock_wrong = fields.Boolean()
    received = fields.Integer()
    form = fields.String(allow_none=True)
    status = fields.String()
    code = fields.String(allow_none=True)
    message = fields.String(allow_none=True)
    decided = fields.Integer(allow_none=True)
    decided_by = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    changes = fields.List(fields.Raw(**told(TOLD_CHANGE)))
    restricted = fields.List(fields.String())


class History(Schema):
    """Every operation of a record, in the order of receipt."""

    record = fields.String()
    operations = fields.List(fields.Nested(EventSchema()))


class Decided(Schema):
    """What became of a held operation."""

    id = fields.String()
    status = fields.String()
