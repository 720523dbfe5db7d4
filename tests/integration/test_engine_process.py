"""The engine of the phone as the tests run it: what its process takes and says."""

from __future__ import annotations

import json

import pytest

from tests.support.engine import Engine, EngineFault
from tests.support.node import FOLDER, LOCK, OLDEST, is_suitable

pytestmark = pytest.mark.engine

XFORM = """<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
        xmlns:jr="http://openrosa.org/javarosa">
  <h:head><h:title>f</h:title><model>
    <instance><data id="f" version="1">
      <umur/><alasan/><jk/><hari/><anggota jr:template=""><nama/><urut/></anggota>
    </data></instance>
    <bind nodeset="/data/umur" type="int" constraint=". &lt; 18" required="true()"/>
    <bind nodeset="/data/alasan" type="string" relevant="/data/umur &gt; 5"/>
    <bind nodeset="/data/jk" type="string"/>
    <bind nodeset="/data/hari" type="string" calculate="format-date(now(), '%Y-%m-%d %H')"/>
    <bind nodeset="/data/anggota/nama" type="string"/>
    <bind nodeset="/data/anggota/urut" type="string" calculate="position(..)"/>
  </model></h:head>
  <h:body>
    <input ref="/data/umur"><label>Umur</label></input>
    <input ref="/data/alasan"><label>Alasan</label></input>
    <select1 ref="/data/jk"><label>JK</label>
      <item><label>L</label><value>1</value></item><item><label>P</label><value>2</value></item></select1>
    <group ref="/data/anggota"><repeat nodeset="/data/anggota">
      <input ref="/data/anggota/nama"><label>Nama</label></input></repeat></group>
  </h:body>
</h:html>"""


@pytest.fixture
def loaded(engine: Engine) -> Engine:
    engine.load("f", XFORM)
    return engine


def test_it_says_what_the_engine_makes_of_every_question(loaded: Engine):
    told = loaded.open("f", {"umur": "20", "jk": "2"})
    assert told.nodes["umur"] == {
        "relevant": True,
        "value": "20",
        "required": True,
        "readonly": False,
        "answered": True,
        "valid": False,
        "label": "Umur",
    }
    assert told.nodes["jk"]["choices"] == ["1", "2"]
    assert told.nodes["alasan"]["relevant"] is True


def test_its_clock_stands_still_in_the_time_zone_of_the_office(loaded: Engine):
    """Seen to fail without the fixed clock in `browser.mjs`, and with TZ=UTC."""
    assert loaded.open("f", now=1_790_000_412_000).nodes["hari"]["value"] == "2026-09-21 22"
    assert loaded.fill("f", now=0).nodes["hari"]["value"] == "1970-01-01 08"


def test_members_of_a_repeat_are_called_as_the_record_calls_them(loaded: Engine):
    told = loaded.open("f", {"anggota/m_b/nama": "Budi"}, members={"anggota": ["m_a", "m_b"]})
    assert told.nodes["anggota/m_b/nama"]["value"] == "Budi"
    assert [told.nodes[f"anggota/{one}/urut"]["value"] for one in ("m_a", "m_b")] == ["1", "2"]


def test_filling_again_leaves_nothing_of_what_was_there(loaded: Engine):
    """Seen to fail when `fill` wrote only the answers given."""
    loaded.fill("f", {"umur": "7", "alasan": "x", "anggota/m/nama": "y"}, members={"anggota": ["m"]})
    told = loaded.fill("f", {"umur": "7"})
    assert told.nodes["alasan"]["value"] == ""
    assert not any(path.startswith("anggota/") for path in told.nodes)


def test_a_hidden_answer_comes_back_when_the_question_does(loaded: Engine):
    assert loaded.open("f", {"umur": "2", "alasan": "x"}).nodes["alasan"]["value"] == ""
    assert loaded.set({"umur": "7"}).nodes["alasan"]["value"] == "x"


def test_a_filled_instance_is_read_again(loaded: Engine):
    xml = loaded.open("f", {"umur": "7", "alasan": "x"}).xml
    told = loaded.open("f", mode="restore", xml=xml)
    assert (told.nodes["umur"]["value"], told.nodes["alasan"]["value"]) == ("7", "x")


def test_what_nobody_can_enter_is_said_and_the_rest_goes_on(loaded: Engine):
    told = loaded.open("f", {"hari": "x", "nowhere": "y", "umur": "3"})
    assert set(told.refused) == {"hari", "nowhere"}
    assert told.nodes["umur"]["value"] == "3"


def test_a_form_that_the_engine_does_not_understand_is_an_error_and_not_the_end(loaded: Engine):
    with pytest.raises(EngineFault):
        loaded.load("g", XFORM.replace("position(..)", "position(("))
    assert loaded.open("f").nodes["umur"]["value"] == ""


@pytest.mark.parametrize(
    ("said", "suitable"),
    [("v20.19.3\n", True), ("v20.18.0", False), ("v23.1.0", False), ("v24.11.0", True), ("", False)],
)
def test_a_node_that_the_engine_is_not_made_for_is_passed_over(said: str, suitable: bool):
    assert is_suitable(said) is suitable


def test_our_list_of_versions_is_the_engines():
    """Seen to fail with another version in `OLDEST`."""
    package = json.loads((FOLDER / "package.json").read_text(encoding="utf-8"))
    ours = " || ".join(f"^{major}.{minor}.{patch}" for major, (minor, patch) in OLDEST.items())
    assert package["engines"]["node"] == ours


def test_the_lock_names_no_registry():
    """Where packages come from is the machine's business; seen to fail without the line in `.npmrc`."""
    assert '"resolved"' not in LOCK.read_text(encoding="utf-8")
