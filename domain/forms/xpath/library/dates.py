"""Functions of days and times."""

from typing import Any, Final

from domain.forms.xpath.dates import (
    DAY_MS,
    decimal_time,
    formatted,
    midnight,
    moment_of,
    moment_of_days,
    padded,
)
from domain.forms.xpath.library.making import Builder
from domain.forms.xpath.numbers import NAN
from domain.forms.xpath.operands import (
    Fn,
    IfOperand,
    MomentOperand,
    NumberOperand,
    Operand,
    TextOperand,
    constant_text,
)
from domain.forms.xpath.scope import Arguments


def _today(_arguments: Arguments) -> Operand:
    return MomentOperand(lambda at: midnight(at.run.now, at.run.offset))


def _now(_arguments: Arguments) -> Operand:
    return MomentOperand(lambda at: at.run.now)


def _date(arguments: Arguments) -> Operand:
    """A number of days, or a date that somebody wrote, as a date; what is empty stays so."""
    return _dated(arguments.operands[0])


def _dated(source: Operand) -> Operand:
    if isinstance(source, IfOperand):
        return IfOperand(source.condition, _dated(source.then), _dated(source.other))
    if source.kind == "truth":
        return constant_text("")
    if source.kind == "number":
        return MomentOperand(_moment(source))
    text = source.text()
    moment = MomentOperand(lambda at: moment_of(padded(text(at)), at.run.offset))
    return IfOperand(lambda at: text(at) == "", constant_text(""), moment)


def _moment(source: Operand) -> Fn[int | None]:
    """The moment that an operand names: a number counts days, a text is a date."""
    if isinstance(source, MomentOperand):
        return source.moment
    if source.kind == "number":
        number = source.number()
        return lambda at: moment_of_days(number(at))
    text = source.text()
    return lambda at: moment_of(text(at), at.run.offset)


def _decimal_date_time(arguments: Arguments) -> Operand:
    return NumberOperand(_days(arguments.operands[0]))


def _days(source: Operand) -> Fn[float]:
    if isinstance(source, IfOperand) and source.kind == "mixed":
        then, other, condition = _days(source.then), _days(source.other), source.condition
        return lambda at: then(at) if condition(at) else other(at)
    moment = _moment(source)

    def days(at: Any) -> float:
        found = moment(at)
        return NAN if found is None else found / DAY_MS

    return days


def _decimal_time(arguments: Arguments) -> Operand:
    text = arguments.text(0)
    return NumberOperand(lambda at: decimal_time(text(at), at.run.offset))


def _format(with_time: bool) -> Builder:
    def build(arguments: Arguments) -> Operand:
        text, pattern = arguments.text(0), arguments.text(1)

        def words(at: Any) -> str:
            found = moment_of(text(at), at.run.offset)
            if found is None:
                return ""
            wanted = pattern(at)
            at.run.charge(len(wanted))
            return formatted(found, at.run.offset, wanted, with_time=with_time)

        return TextOperand(words)

    return build


DATES: Final[dict[str, Builder]] = {
    "today": _today,
    "now": _now,
    "date": _date,
    "date-time": _date,
    "decimal-date-time": _decimal_date_time,
    "decimal-time": _decimal_time,
    "format-date": _format(False),
    "format-date-time": _format(True),
}
