"""What a person is told when a command makes no sense: enough to type the right one.

Broken on purpose: `_members` without the path that stands twice; `_contested` with the code of a conflict.
"""

import json

import pytest

from tests.support.devices import VILLAGE, Fleet
from tests.support.terminal import Verilap


@pytest.mark.parametrize("answers", ['{"umur":"1","nama":"a","nama":"b"}', '{"nama":"a","\\u006eama":"b"}'])
@pytest.mark.parametrize(
    ("language", "sentence"),
    [("id", "Jalur nama muncul dua kali. [path-twice]"), ("en", "The path nama appears twice. [path-twice]")],
)
def test_a_path_that_appears_twice_is_named(
    fleet: Fleet, verilap: Verilap, answers: str, language: str, sentence: str
) -> None:
    told = verilap(fleet.phone(), "new", "anak", "--village", VILLAGE, answers=answers, language=language)
    assert (told.status, told.out, told.err) == (2, "", f"{sentence}\n")


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("option", ["--remove", "--restore"])
def test_how_a_contested_removal_is_settled_is_said_as_it_is_typed(
    fleet: Fleet, verilap: Verilap, language: str, option: str
) -> None:
    asha, budi = fleet.phone("asha"), fleet.phone("budi")
    record = asha.new("anak", VILLAGE, {"anggota/m_1/nama": "a"}).record
    asha.sync()
    budi.sync()
    asha.remove(record, "anggota/m_1")
    budi.set(record, {"anggota/m_1/nama": "b"})
    for phone in (asha, budi, asha):
        phone.sync()
    told = verilap(asha, "set", record, option, "anggota/m_1", language=language)
    assert told.status == 2
    assert f"verilap resolve {record} 'anggota/m_1#removal' keep|remove" in told.err
    assert "[contested]" in told.err
    assert verilap(asha, "resolve", record, "anggota/m_1#removal", "keep").status == 0
    assert json.loads(verilap(asha, "conflicts", "--json").out) == []
