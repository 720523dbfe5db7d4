"""
Days and moments as ODK writes them, and what they are as numbers.

A moment is a whole number of milliseconds since 1970-01-01T00:00Z. A date without a zone begins at midnight
where the form is filled; the offset of that place, in minutes, is given, since no rule here knows a clock.
"""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

DAY_MS: Final = 86_400_000
MINUTE_MS: Final = 60_000
INVALID: Final = "Invalid Date"
"""What ODK's web engine shows for a date that is none."""

LONGEST: Final = 40
EPOCH: Final = date(1970, 1, 1).toordinal()
MOMENT: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:T([0-9]{2})(?::([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?"
)
# Not with Z: the phone's engine reads no such time, and writes none.
TIME: Final = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?([+-][0-9]{2}:[0-9]{2})?")
UNPADDED: Final = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(T.*)?")
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WIDEST_OFFSET: Final = 14
# What a moment may be: the years that Python's calendar has, less a day for the offset.
EARLIEST: Final = (date(1, 1, 2).toordinal() - EPOCH) * DAY_MS
LATEST: Final = (date(9999, 12, 31).toordinal() - EPOCH) * DAY_MS


def moment_of(text: str, offset: int) -> int | None:
    """
    The moment that a date, or date with time, names; none for another text or a day that does not exist.
    """
    found = MOMENT.fullmatch(text) if len(text) <= LONGEST else None
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        days = date(int(year), int(month), int(day)).toordinal() - EPOCH
    except ValueError:
        return None
    clock = _clock(hour, minute, second, fraction)
    away = offset if zone is None else _offset(zone)
    if clock is None or away is None:
        return None
    moment = days * DAY_MS + clock - away * MINUTE_MS
    return moment if EARLIEST <= moment <= LATEST else None


def moment_of_days(days: float) -> int | None:
    """The moment so many days after 1970-01-01T00:00Z; none for what is no number or outside the calendar."""
    milliseconds = days * DAY_MS
    return round(milliseconds) if EARLIEST <= milliseconds <= LATEST else None


def padded(text: str) -> str:
    """``2026-1-5`` as ``2026-01-05``; everything else as it is."""
    found = UNPADDED.fullmatch(text) if len(text) <= LONGEST else None
    if found is None:
        return text
    return f"{found[1]}-{found[2]:0>2}-{found[3]:0>2}{found[4] or ''}"


def decimal_time(text: str, offset: int) -> float:
    """A time of day as a part of the day, in the place's own time: noon is 0.5; NaN for what is no time."""
    found = TIME.fullmatch(text) if len(text) <= LONGEST else None
    clock = _clock(found[1], found[2], found[3], found[4]) if found else None
    away = _offset(found[5]) if found and found[5] else offset
    if clock is None or away is None:
        return float("nan")
    return (clock + (offset - away) * MINUTE_MS) % DAY_MS / DAY_MS


def day_text(moment: int, offset: int) -> str:
    """The moment as forms keep it: the date alone at midnight, else with time and offset."""
    local = _local(moment, offset)
    day = f"{local.year:04d}-{local.month:02d}-{local.day:02d}"
    thousandths = local.microsecond // 1000
    if (local.hour, local.minute, local.second, thousandths) == (0, 0, 0, 0):
        return day
    fraction = f"{thousandths:03d}".rstrip("0") or "000"
    clock = f"{local.hour:02d}:{local.minute:02d}:{local.second:02d}.{fraction}"
    return f"{day}T{clock}{_zone(offset)}"


def midnight(moment: int, offset: int) -> int:
    """The moment at which the moment's day began in the place."""
    away = offset * MINUTE_MS
    return (moment + away) // DAY_MS * DAY_MS - away


def formatted(moment: int, offset: int, pattern: str, *, with_time: bool) -> str:
    """
    The moment in the words of `pattern`: ``%Y %y %m %n %b %d %e %a``, with time also ``%H %h %M %S %3``.

    Names of months and days are English, as on the phone.
    """
    local = _local(moment, offset)
    words = {
        "%Y": f"{local.year:04d}",
        "%y": f"{local.year:04d}"[2:],
        "%m": f"{local.month:02d}",
        "%n": str(local.month),
        "%b": MONTHS[local.month - 1],
        "%d": f"{local.day:02d}",
        "%e": str(local.day),
        "%a": DAYS[local.weekday()],
    }
    if with_time:
        words |= {"%H": f"{local.hour:02d}", "%h": str(local.hour), "%M": f"{local.minute:02d}"}
        words |= {"%S": f"{local.second:02d}", "%3": f"{local.microsecond // 1000:03d}"}
    return re.sub("%.", lambda found: words.get(found[0], found[0]), pattern)


def _local(moment: int, offset: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=moment, minutes=offset)


def _clock(hour: str | None, minute: str | None, second: str | None, fraction: str | None) -> int | None:
    """Milliseconds since midnight; none for a time that no clock shows."""
    hours, minutes, seconds = int(hour or 0), int(minute or 0), int(second or 0)
    if hours > 23 or minutes > 59 or seconds > 59:
        return None
    thousandths = int(f"{fraction or '0':0<3}"[:3])
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths


def _offset(zone: str) -> int | None:
    """Minutes east of Greenwich; none beyond the 14 hours that exist."""
    if zone == "Z":
        return 0
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    if hours > WIDEST_OFFSET or minutes > 59:
        return None
    return (hours * 60 + minutes) * (-1 if zone[0] == "-" else 1)


def _zone(offset: int) -> str:
    hours, minutes = divmod(abs(offset), 60)
    return f"{'-' if offset < 0 else '+'}{hours:02d}:{minutes:02d}"
