"""
A filled form is opened again in the phone's engine, switched back and forth and finished: no answer is lost.

What the engine is given is the record's own instance (`domain.forms.instance`), which holds hidden answers
too; what it sends does not. What it has sent does not bring hidden answers back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from domain.cases import Form, entities_told
from domain.forms.instance import instance_xml, read_instance
from forms.build import FORM_IDS
from server.expressions import context_at
from tests.support.agreement import Comparison
from tests.support.casework import ASHA, FOUND
from tests.support.engine import NOW, Engine, Told
from tests.support.engine_forms import compiled, load
from tests.support.fillings import CAREFUL, Filling, Paper, filling

pytestmark = pytest.mark.engine

RECORD = "kQ3xAAAAAAAAAAAAAAAAAA"
UUID = "3f9a4f5e-0000-4000-8000-000000000000"
SEEDS = range(3)


@dataclass(frozen=True)
class Switch:
    """A question that hides the greater part of a form: an answer that shows it, and one that hides it."""

    path: str
    on: str
    off: str


PRESENCE = Switch("g_tugas/status_keberadaan", "1", "4")
SWITCHES = {
    "verifikasi_anak": (PRESENCE, {"g_setuju/setuju": "1"}),
    "verifikasi_keluarga": (PRESENCE, {"g_setuju/setuju": "1"}),
    "kunjungan_pemantauan": (PRESENCE, {}),
    "penyaluran_bantuan": (Switch("g_status/status_salur", "2", "3"), {"g_status/bentuk": "3"}),
}


@dataclass(frozen=True)
class Desk:
    """A form of the office, opened again and again with the answers of one record."""

    comparison: Comparison
    engine: Engine
    switch: Switch
    given: Filling

    def open(self, mode: str, answers: Mapping[str, str]) -> Told:
        """The record as it is stored, opened in the engine."""
        definition = self.comparison.definition
        xml = instance_xml(definition, RECORD, answers).decode()
        files = sorted({text for path, text in answers.items() if self.is_file(path) and text})
        form_id, members = definition.form_id, self.given.members
        return self.engine.open(form_id, mode=mode, xml=xml, members=members, files=files)  # type: ignore[arg-type]

    def is_file(self, path: str) -> bool:
        field = self.comparison.definition.field_at(path)
        return field is not None and field.type in {"image", "audio", "video", "file"}

    def typed(self, told: Told) -> dict[str, str]:
        """The answers that people gave and that are shown."""
        known = {
            path
            for path, text in self.given.answers.items()
            if text and not self.comparison.is_member_id(path)
        }
        return {
            path: node["value"]
            for path, node in told.nodes.items()
            if path in known and node["relevant"] and node["value"]
        }

    def hidden(self, told: Told) -> list[str]:
        """Answered questions that are not asked now."""
        return [
            path for path, text in self.given.answers.items() if text and not told.nodes[path]["relevant"]
        ]


@pytest.fixture(params=FORM_IDS)
def desk_of(request: pytest.FixtureRequest, engine: Engine, tmp_path: Path) -> list[Desk]:
    """Several careful fillings of a form, each with most of its questions asked."""
    form = compiled(request.param, tmp_path)
    load(engine, form)
    comparison = Comparison(Paper(form), engine)
    switch, further = SWITCHES[request.param]
    return [
        Desk(
            comparison,
            engine,
            switch,
            _switched(filling(comparison.paper, f"{seed}", CAREFUL), switch, further),
        )
        for seed in SEEDS
    ]


def _switched(given: Filling, switch: Switch, further: Mapping[str, str]) -> Filling:
    return Filling({**given.answers, **further, switch.path: switch.on}, given.members)


@pytest.mark.parametrize("mode", ["restore", "edit"])
def test_what_is_switched_off_and_on_again_is_as_before(desk_of: list[Desk], mode: str):
    for desk in desk_of:
        before = desk.typed(desk.open(mode, desk.given.answers))
        off = desk.engine.set({desk.switch.path: desk.switch.off})
        assert len(desk.typed(off)) < len(before)
        on = desk.engine.set({desk.switch.path: desk.switch.on})
        assert desk.typed(on) == before


@pytest.mark.parametrize("mode", ["restore", "edit"])
def test_what_was_hidden_when_the_form_was_put_away_comes_back(desk_of: list[Desk], mode: str):
    for desk in desk_of:
        before = desk.typed(desk.open(mode, desk.given.answers))
        put_away = {**desk.given.answers, desk.switch.path: desk.switch.off}
        told = desk.open(mode, put_away)
        assert desk.hidden(told)
        on = desk.engine.set({desk.switch.path: desk.switch.on})
        assert desk.typed(on) == before


def test_what_is_finished_holds_every_answer_that_was_shown(desk_of: list[Desk]):
    for desk in desk_of:
        desk.open("edit", desk.given.answers)
        desk.engine.set({desk.switch.path: desk.switch.off})
        told = desk.engine.set({desk.switch.path: desk.switch.on})
        sent = read_instance(desk.comparison.definition, told.xml.encode())
        shown = desk.typed(told)
        assert {path: sent.answers.get(path) for path in shown if not desk.is_file(path)} == {
            path: text for path, text in shown.items() if not desk.is_file(path)
        }


# --- what is done to cases -----------------------------------------------------------------------

CASE = "11111111-2222-4333-8444-555555555555"
BEGUN = {**FOUND, "g_kk/nama_kk": "Cici", "anggota/m_1/a_nama": "Ani", "anggota/m_2/a_nama": "Beni"}


@pytest.mark.parametrize(
    ("form_id", "answers", "case"),
    [
        ("verifikasi_anak", ASHA, None),
        ("verifikasi_anak", {**ASHA, "g_tugas/id_kasus": CASE}, CASE),
        ("verifikasi_keluarga", BEGUN, None),
        ("penyaluran_bantuan", {"g_salur/id_penyaluran": CASE}, CASE),
    ],
)
@pytest.mark.parametrize("mode", ["restore", "edit"])
def test_the_elements_of_cases_are_the_engines_own_and_cost_no_answer(
    engine: Engine, tmp_path: Path, form_id: str, answers: dict[str, str], case: str | None, mode: str
):
    """Broken on purpose: `update` where the case is begun here, which the engine calculates otherwise."""
    form = compiled(form_id, tmp_path)
    load(engine, form)
    definition = Comparison(Paper(form), engine).definition
    entities = entities_told(Form(definition, UUID, case, (), context_at(NOW)), answers)
    xml = instance_xml(definition, UUID, answers, entities=entities).decode()
    told = engine.open(form_id, mode=mode, xml=xml, members={"anggota": ["m_1", "m_2"]})  # type: ignore[arg-type]
    sent = read_instance(definition, told.xml.encode())
    assert {path: sent.answers.get(path) for path in answers} == answers
    named = {one.path: one for one in entities}
    assert len(sent.entities) == len(named)
    for one in sent.entities:
        ours = named[one.path]
        flags = (ours.is_created, ours.is_updated)
        assert (one.dataset, one.is_created, one.is_updated) == (ours.dataset, *flags)
        assert one.label == ours.label or flags == (False, False)
        assert one.id == ours.id or not ours.is_updated
