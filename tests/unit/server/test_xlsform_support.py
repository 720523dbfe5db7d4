"""What the phone app does not do is said at publishing, each with its place and reason."""

import pytest

from server.faults import WorkbookError
from server.xlsform import compile_workbook
from tests.support.forms import workbook
from tests.support.workbooks import faults_of, told, warnings_of

CHOICES = "list_name | name | label\njk | 1 | L\njk | 2 | P"
HEAD = "type | name | label | required | appearance | parameters | calculation | guidance_hint"
SETTINGS = "form_title | form_id | version"


def survey(*lines):
    return "\n".join((HEAD, *lines))


@pytest.mark.parametrize(
    ("line", "code", "column"),
    [
        ("audit | | | | | | |", "type-not-recorded", "type"),
        ("background-audio | q | | | | | |", "type-not-recorded", "type"),
        ("imei | q | | | | | |", "type-not-recorded", "type"),
        ("select_one jk | q | Q | | image-map | | |", "appearance-unsupported", "appearance"),
        ("date | q | Q | | ethiopian | | |", "appearance-unsupported", "appearance"),
        ("geotrace | q | Q | | | incremental=true | |", "parameter-unsupported", "parameters"),
        ("text | q | Q | | | | | Petunjuk", "column-unsupported", "guidance_hint"),
    ],
)
def test_what_will_be_missing_on_the_phone_is_a_warning(tmp_path, line, code, column):
    found = warnings_of(tmp_path, survey=survey("text | a | A | | | | |", line), choices=CHOICES)
    assert told(found) == [(code, "survey", 3, column)]


@pytest.mark.parametrize(
    ("line", "code", "column"),
    [
        ("select_one jk | q | Q | | search('desa') | | |", "appearance-search", "appearance"),
        ("select_one jk | q | Q | | minimal search('desa') | | |", "appearance-search", "appearance"),
        ("begin_loop over jk | q | Q | | | | |", "type-loop", "type"),
        ("calculate | q | Q | | | | intersects(${a}) |", "function-unsupported", "calculation"),
        ("calculate | q | Q | | | | version() |", "function-not-on-phone", "calculation"),
        ("calculate | q | Q | | | | is-selected(${a}, 'x') |", "function-not-on-phone", "calculation"),
        ("calculate | q | Q | | | | 1 + --5 |", "xpath-minus", "calculation"),
        ("calculate | q | Q | | | | distance(${a}, '1 1') |", "distance-blank", "calculation"),
        ("calculate | q | Q | | | | if(1 = 1, distance(${a}, '1 1'), '') |", "distance-blank", "calculation"),
        ("calculate | q | Q | | | | if(distance(${a}) > 10, 1, 2) |", "distance-blank", "calculation"),
        ("calculate | q | Q | | | | 1 + round(distance(${a}), 2) |", "distance-blank", "calculation"),
        ("calculate | q | Q | | | | if(${b} != '', distance(${a}), 0) |", "distance-blank", "calculation"),
        ("calculate | q | Q | | | | if(${a} > 5, distance(${a}), 0) |", "distance-blank", "calculation"),
        ("calculate | q | Q | | | | digest(${a}, ${a}) |", "argument-literal", "calculation"),
        ("calculate | q | Q | | | | digest(${a}, 'SHA-1', 'utf') |", "digest-unknown", "calculation"),
        ("calculate | q | Q | | | | pulldata('x', 'label', ${a}, '1') |", "argument-literal", "calculation"),
        ("calculate | q | Q | | | | pulldata('x.csv', 'b', 'c', ${a}) |", "pulldata-ending", "calculation"),
        ("calculate | q | Q | | | | jr:choice-name(${a}, ${a}) |", "choice-name-quoted", "calculation"),
        ("calculate | q | Q | | | | jr:choice-name(${a}, 'a') |", "choice-name-quoted", "calculation"),
        ("calculate | q | Q | | | | jr:choice-name(${a}, '${a}') |", "choice-name-select", "calculation"),
        ("calculate | q | Q | | | | regex(${a}, '(?=x)') |", "regex-unreadable", "calculation"),
        ("calculate | q | Q | | | | regex(${a}, '^(?i)asha$') |", "regex-not-on-phone", "calculation"),
        ("calculate | q | Q | | | | regex(${a}, '[[:alpha:]]+') |", "regex-not-on-phone", "calculation"),
        ("calculate | q | Q | | | | regex(${a}, '\\p{L}') |", "regex-not-on-phone", "calculation"),
        ("calculate | q | Q | | | | concat('m_', once(uuid())) |", "once-inside", "calculation"),
        ("calculate | q | Q | | | | if(once(${a}) = '1', 1, 2) |", "once-inside", "calculation"),
        ("calculate | q | Q | | | | once(random()) * 2 |", "once-inside", "calculation"),
        ("calculate | q | Q | | | | digest(${a}, 'sha1') |", "digest-unknown", "calculation"),
        ("calculate | q | Q | | | | date('2026-02-30') |", "date-unknown", "calculation"),
        ("background-geopoint | q | | | | | |", "type-not-open", "type"),
        ("calculate | q | Q | | | | ${last-saved#a} |", "last-saved", "calculation"),
        ("text | q | Umur ${last-saved#a} | | | | |", "last-saved", "label"),
        ("trigger | q | Q | | | | |", "type-trigger", "type"),
    ],
)
def test_what_nobody_could_answer_or_evaluate_is_refused(tmp_path, line, code, column):
    """The distances were published once: all of an ``if`` was passed over, what it asks too."""
    asked = ("text | a | A | | | | |", line, "text | b | B | | | | |")
    found = faults_of(tmp_path, survey=survey(*asked), choices=CHOICES)
    assert (code, "survey", 3, column) in told(found)


@pytest.mark.parametrize(
    "line",
    [
        "text | q | Q | | multiline | | |",
        "text | q | Q | | numbers thousands-sep | | |",
        "image | q | Q | | signature | max-pixels=600 | |",
        "select_one jk | q | Q | | minimal autocomplete | | |",
        "select_one jk | q | Q | | columns-2 no-buttons | | |",
        "select_multiple jk | q | Q | | likert | | |",
        "range | q | Q | | rating | start=1 end=5 step=1 | |",
        "geopoint | q | Q | | placement-map | capture-accuracy=10 | |",
        "time | q | Q | | | | |",
        "geotrace | q | Q | | | | |",
        "geoshape | q | Q | | | | |",
        "audio | q | Q | | | | |",
        "video | q | Q | | | | |",
        "rank jk | q | Q | | | | |",
        "acknowledge | q | Q | | | | |",
        "decimal | q | Q | | | | |",
        "date | q | Q | | | | |",
        "note | q | Q | | | | |",
        "hidden | q | | | | | |",
        "start-geopoint | q | | | | | |",
        "start | q | | | | | |",
        "end | q | | | | | |",
        "today | q | | | | | |",
        "deviceid | q | | | | | |",
        "username | q | | | | | |",
        "phonenumber | q | | | | | |",
        "email | q | | | | | |",
    ],
)
def test_what_the_phone_does_is_published_without_a_word(tmp_path, line):
    assert warnings_of(tmp_path, survey=survey("text | a | A | | | | |", line), choices=CHOICES) == ()


def test_a_union_is_refused(tmp_path):
    sheet = [
        HEAD.split(" | "),
        ["text", "a", "A"],
        ["calculate", "q", "Q", None, None, None, "count(/data/a|/data/q)"],
    ]
    with pytest.raises(WorkbookError) as caught:
        compile_workbook(workbook(tmp_path, survey=sheet))
    assert told(caught.value.faults) == [("xpath-union", "survey", 3, "calculation")]


@pytest.mark.parametrize(
    "calculation",
    [
        "1 - -5",
        "if(${a} != '', distance(${a}, '1 1'), '')",
        "if(${a} = '', 0, if(1 = 1, distance(${a}), 0))",
        "if(string-length(${a}) > 3 and 1 = 1, distance(${a}), 0)",
        "if(${a} != '', if(distance(${a}) > 10, 1, 2), '')",
        "digest(${a}, 'SHA-256', 'hex')",
        "regex(${a}, '^[0-9]{16}$')",
        "regex(${a}, '^\\s*[[a-z]+(?:[.])?$')",
        "once(concat('m_', uuid()))",
        "if(${a} = '1', once(uuid()), coalesce(once(uuid()), ''))",
        "round(once(random()), 2)",
        "digest(${a}, 'SHA-256')",
        "date('2026-02-28')",
        "date(${a})",
    ],
)
def test_what_is_asked_with_care_is_published(tmp_path, calculation):
    line = f"calculate | q | Q | | | | {calculation} |"
    assert warnings_of(tmp_path, survey=survey("text | a | A | | | | |", line)) == ()


def test_a_column_is_told_once_not_in_every_row(tmp_path):
    lines = [f"text | q{number} | Q | | | | | Petunjuk" for number in range(5)]
    assert len(warnings_of(tmp_path, survey=survey(*lines))) == 1


@pytest.mark.parametrize("name", ["autoplay", "sms_field", "body::autoplay"])
def test_other_columns_that_do_nothing_are_told(tmp_path, name):
    """``autoplay`` was never told of: pyxform calls it ``("control", "autoplay")``."""
    found = warnings_of(tmp_path, survey=f"type | name | label | {name}\ntext | a | A | audio")
    assert told(found) == [("column-unsupported", "survey", 2, name)]


@pytest.mark.parametrize("name", ["submission_url", "auto_send", "style", "sms_keyword", "prefix"])
def test_settings_that_nobody_follows_are_told(tmp_path, name):
    settings = f"{SETTINGS} | {name}\nCoba | coba | 1 | x"
    found = warnings_of(tmp_path, survey="type | name | label\ntext | a | A", settings=settings)
    assert told(found) == [("setting-unsupported", "settings", 2, name)]


def test_a_key_that_would_encrypt_nothing_is_refused(tmp_path):
    """Was published once in silence: an office would think that its forms are encrypted."""
    settings = f"{SETTINGS} | public_key\nCoba | coba | 1 | MIIB"
    found = faults_of(tmp_path, survey="type | name | label\ntext | a | A", settings=settings)
    assert told(found) == [("setting-encryption", "settings", 2, "public_key")]
