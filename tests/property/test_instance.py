"""
Answers become the XML of an instance and come back as they were.

Broken on purpose, and each seen to fail: a carriage return left to the readers; no mark for what was cleared;
the members of a repeat without a question for their ids not listed; our element believed where the element of
the question had changed; answers to unknown questions left out.
"""

import random
from contextlib import suppress
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidRequest, TooLarge
from domain.forms.definition import FormDefinition
from domain.forms.instance import (
    Entity,
    changed_answers,
    form_of,
    instance_xml,
    read_instance,
)
from domain.forms.instance.own import NAMESPACE
from domain.operations import Value
from tests.support.instances import FILE, RECORD, answers_to, forms

SEEN = ["AAAAAAAAAAAAAAAAAAAAAA", "BBBBBBBBBBBBBBBBBBBBBA"]
Filled = tuple[FormDefinition, dict[str, Value]]
FILLED = forms().flatmap(lambda form: st.tuples(st.just(form), answers_to(form)))
TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), max_size=8)
TOLD = forms(tells_members=True).flatmap(
    lambda form: st.tuples(
        st.just(form),
        answers_to(
            form,
            ids=st.sampled_from(["m_1", "m_2", "m_3"]),
            values=st.one_of(TEXT, st.sampled_from([FILE, "1\r\n2"])),
            has_others=False,
        ),
    )
)
"""Forms as they are published, filled with what another program can give back."""


@given(FILLED)
def test_answers_come_back_from_the_xml_as_they_were(filled: Filled):
    definition, answers = filled
    xml = instance_xml(definition, RECORD, {**answers, "$village": "64.02.18.2007"})
    instance = read_instance(definition, xml)
    assert instance.answers == answers
    assert instance.record == RECORD
    assert not instance.blank & answers.keys()
    assert form_of(xml) == "coba@1"


@given(FILLED, st.randoms(use_true_random=False))
def test_the_order_of_answers_changes_no_byte(filled: Filled, chance: random.Random):
    definition, answers = filled
    mixed = list(answers.items())
    chance.shuffle(mixed)
    assert instance_xml(definition, RECORD, dict(mixed)) == instance_xml(definition, RECORD, answers)


def mixed_up(element: ElementTree.Element, chance: random.Random) -> None:
    """Puts what stands in an element in another order; members of one repeat keep theirs."""
    named: dict[str, list[ElementTree.Element]] = {}
    for child in element:
        mixed_up(child, chance)
        named.setdefault(child.tag, []).append(child)
    tags = [child.tag for child in element]
    chance.shuffle(tags)
    element[:] = [named[tag].pop(0) for tag in tags]


@given(FILLED, st.randoms(use_true_random=False))
def test_the_order_of_elements_changes_no_answer(filled: Filled, chance: random.Random):
    """Written by another program besides, with prefixes of its own for namespaces."""
    definition, answers = filled
    root = ElementTree.fromstring(instance_xml(definition, RECORD, answers))
    mixed_up(root, chance)
    assert read_instance(definition, ElementTree.tostring(root, "utf-8")).answers == answers


@given(TOLD)
def test_a_program_that_drops_our_element_has_changed_nothing(filled: Filled):
    """Broken on purpose: what stands empty taken as cleared where nothing stood before."""
    definition, answers = filled
    xml = instance_xml(definition, RECORD, answers, seen=SEEN)
    root = ElementTree.fromstring(xml)
    for own in root.findall(f"{{{NAMESPACE}}}own"):
        root.remove(own)
    given_back = read_instance(definition, ElementTree.tostring(root, "utf-8"))
    assert changed_answers(definition, read_instance(definition, xml).own, given_back) == {}


@given(FILLED)
def test_what_stood_in_the_xml_is_known_from_our_element(filled: Filled):
    definition, answers = filled
    instance = read_instance(definition, instance_xml(definition, RECORD, answers, seen=SEEN))
    assert instance.answers == answers
    assert instance.own.seen == set(SEEN)
    assert changed_answers(definition, instance.own, instance) == {}


@given(TOLD, st.data())
def test_what_another_program_answers_is_the_only_change(filled: Filled, data: st.DataObject):
    definition, before = filled
    texts = TEXT.filter(lambda text: text not in ("", FILE))
    paths = sorted(path for path in before if not path.endswith("/id"))
    after = {path: data.draw(st.one_of(texts, st.just(""))) for path in paths if data.draw(st.booleans())}
    written = read_instance(definition, instance_xml(definition, RECORD, {**before, **after}))
    own = read_instance(definition, instance_xml(definition, RECORD, before, seen=SEEN)).own
    changed = changed_answers(definition, own, written)
    assert changed == {path: text for path, text in after.items() if before[path] != text}


PIECES = st.sampled_from(
    [
        *(
            '<data id="coba" version="1">',
            "</data>",
            "<data",
            ">",
            "/>",
            "<",
            "&",
            ";",
            "&#0;",
            "&#xD800;",
            "&x;",
        ),
        *("<a>", "</a>", "<g-x>", "</g-x>", "<id>m_1</id>", "<id>a/b</id>", "<meta>", "</meta>", "<entity/>"),
        *("<instanceID>uuid:1</instanceID>", "<![CDATA[", "]]>", "<!--", "-->", "<?x ?>", "<!DOCTYPE data>"),
        *(
            f'<own xmlns="{NAMESPACE}">',
            "</own>",
            "{",
            "}",
            '{"answers":{"a":""}}',
            '{"members":{"a":["m_1"]}}',
        ),
        *('{"seen":[1]}', '{"texts":"x"}', '{"answers":{"$village":"1"}}', "[[[", "1e9", "\0", "\ufeff", "x"),
    ]
)


@given(forms(), st.lists(PIECES, max_size=12), st.sampled_from(["utf-8", "utf-16", "utf-32", "cp037"]))
def test_whatever_stands_in_an_xml_it_is_read_or_refused(
    definition: FormDefinition, pieces: list[str], encoding: str
):
    """Broken on purpose: the errors of the reader of XML not caught."""
    inside = "".join(pieces)
    for text in (inside, f'<data id="coba" version="1">{inside}</data>'):
        with suppress(InvalidRequest, TooLarge):
            read_instance(definition, text.encode(encoding, "replace"))


@given(forms(), st.lists(st.builds(Entity, TEXT, TEXT, label=TEXT, is_created=st.booleans()), max_size=3))
def test_what_is_done_to_case_lists_comes_back(definition: FormDefinition, entities: list[Entity]):
    xml = instance_xml(definition, RECORD, {}, entities=entities, deprecated_id="uuid:x")
    instance = read_instance(definition, xml)
    assert instance.entities == tuple(entities)
    assert instance.deprecated_id == "uuid:x"
