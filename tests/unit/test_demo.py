"""
The demo's answers and its care for what is not its own.

Broken on purpose to see them fail: a choice that the list does not have (`kk_status` 7); `_find` without the
comparison of the start time, and without the look at the command; `begin_anew` without its look at the mark.
"""

import json
import subprocess
import sys
from datetime import date
from random import Random

import psutil
import pytest

from demo import process
from demo.accounts import OFFICERS
from demo.answers import (
    CHILD_FORM,
    DELIVERY_FORM,
    FAMILY_FORM,
    FOLLOW_UP_FORM,
    Visit,
    answer_child,
    answer_delivery,
    answer_family,
    answer_follow_up,
)
from demo.answers.child import answer_child_not_found
from demo.installation import MARK, DemoError, Installation
from demo.journey import plan_journey
from demo.people import invent_household
from demo.places import MUARA_ENGGELAM, read_villages
from domain.areas import is_covered
from domain.forms.problems import find_problems
from tests.support.forms import context, definition

ANSWER = {
    CHILD_FORM: answer_child,
    FAMILY_FORM: answer_family,
    DELIVERY_FORM: answer_delivery,
    FOLLOW_UP_FORM: answer_follow_up,
}
TODAY = date(2026, 3, 2)
NOON = 1_772_424_000_000
"""Of that day, in milliseconds: ages are counted from it."""
VILLAGES = read_villages()


def visits(count=80):
    for seed in range(count):
        chance = Random(seed)
        home = invent_household(VILLAGES[MUARA_ENGGELAM], TODAY, chance)
        yield Visit(home, chance.choice(home.members[1:] or home.members), TODAY, chance)


@pytest.mark.parametrize("form", ANSWER)
def test_invented_answers_are_answers_to_the_form(form):
    """The forms' own limits, skips and required answers too."""
    for visit in visits():
        assert find_problems(definition(form), ANSWER[form](visit), context(NOON)) == []


def test_a_form_about_a_child_that_was_not_found_has_no_problem():
    for visit in visits():
        assert find_problems(definition(CHILD_FORM), answer_child_not_found(visit), context(NOON)) == []


@pytest.mark.parametrize("form", ANSWER)
def test_every_form_has_restricted_answers_too(form):
    for visit in visits(10):
        has_any = any(definition(form).is_restricted(path) for path in ANSWER[form](visit))
        assert has_any == (form != FAMILY_FORM)


def test_invented_numbers_have_the_form_of_real_ones_and_cannot_be_real():
    for visit in visits():
        for person in visit.home.members:
            day = person.born.day + (40 if person.sex == "2" else 0)
            assert person.nik.startswith(f"640218{day:02}{person.born:%m%y}9")
            assert len(person.nik) == len(visit.home.kk) == 16


def test_a_journey_has_as_many_forms_as_asked_for_in_order_and_in_its_own_villages():
    for officer in OFFICERS:
        villages = [VILLAGES[code] for code in officer.areas]
        journey = list(plan_journey(villages, 50, TODAY, Random(1)))
        assert len(journey) == 50
        assert all(is_covered(one.village, officer.areas) for one in journey)
        times = [time for one in journey for time in (one.started, one.ended)]
        assert times == sorted(times)


def test_one_seed_invents_the_same_days_again():
    villages = [VILLAGES[MUARA_ENGGELAM]]
    first, second = (list(plan_journey(villages, 20, TODAY, Random(5))) for _ in range(2))
    assert first == second


# --- what is not the demo's ----------------------------------------------------------------------


def test_a_folder_that_no_demo_made_is_not_wiped(tmp_path):
    (tmp_path / "thesis.odt").write_text("three years of work")
    with pytest.raises(DemoError) as refused:
        Installation.in_folder(tmp_path, {}).begin_anew()
    assert refused.value.code == "folder-strange"
    assert (tmp_path / "thesis.odt").exists()


def test_a_folder_of_an_earlier_demo_is_begun_anew(tmp_path):
    (tmp_path / MARK).touch()
    (tmp_path / "old").touch()
    Installation.in_folder(tmp_path, {}).begin_anew()
    assert [one.name for one in tmp_path.iterdir()] == [MARK]


def test_a_process_that_got_the_number_of_an_earlier_server_is_left_alone(tmp_path):
    sleeper = subprocess.Popen([sys.executable, "-c", "input()", "verilap-server"], stdin=subprocess.PIPE)
    try:
        began = psutil.Process(sleeper.pid).create_time()
        kept = {"pid": sleeper.pid, "began": began - 1}
        (tmp_path / process.PID_FILE).write_text(json.dumps(kept))
        assert not process.stop(tmp_path)
        assert sleeper.poll() is None
    finally:
        sleeper.communicate(b"\n", timeout=20)


def test_a_process_that_is_no_server_is_left_alone(tmp_path):
    sleeper = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        kept = {"pid": sleeper.pid, "began": psutil.Process(sleeper.pid).create_time()}
        (tmp_path / process.PID_FILE).write_text(json.dumps(kept))
        assert not process.stop(tmp_path)
        assert sleeper.poll() is None
    finally:
        sleeper.communicate(b"\n", timeout=20)


@pytest.mark.parametrize("kept", ["", "nonsense", "[]", '{"pid": "x"}', '{"pid": -5, "began": 1}'])
def test_a_pid_file_that_makes_no_sense_stops_nothing(tmp_path, kept):
    (tmp_path / process.PID_FILE).write_text(kept)
    assert not process.stop(tmp_path)
