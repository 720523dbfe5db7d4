"""
Vectors of forms in words, ``tests/vectors/forms.json``: the phone app's tests run them too.

    python -m tests.support.form_vectors        writes them anew
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any, Final

from domain.cases.naming import begun_by, folded
from domain.cases.wording import case_definition
from domain.forms.definition import FormDefinition
from domain.forms.masking import masked_answers
from domain.forms.outline import Row, Section
from domain.forms.subject import subject_of
from domain.operations import ALIVE, DEAD, RESTRICTED

FILE: Final = Path(__file__).parents[1] / "vectors" / "forms.json"
RECORD: Final = "6f9619ff-8b86-4d11-b42d-00c04fc964ff"


def _field(path: str, kind: str, label: str = "", group: str = "", **more: object) -> dict[str, Any]:
    around = ["/".join(group.split("/")[: i + 1]) for i in range(group.count("/") + 1)] if group else []
    words = {"id": label, "en": f"{label} (en)"} if label else {}
    return {"path": path, "type": kind, "label": words, "pdp": "umum", "group": around, **more}


HOME: Final = "anggota/*"
FORM: Final[dict[str, Any]] = {
    "form_id": "coba",
    "version": "3",
    "title": {"id": "Coba", "en": "Try"},
    "languages": ["id", "en"],
    "fields": [
        _field("nama", "text", "Nama", role="nama", pdp="spesifik"),
        _field("nik", "text", "NIK", role="nik", pdp="spesifik"),
        _field("g/jk", "select_one", "Jenis kelamin", "g", choices="jk"),
        _field("g/dokumen", "select_multiple", "Dokumen", "g", choices="dok"),
        _field("g/lokasi", "geopoint", "Lokasi", "g"),
        _field("g/foto", "image", "Foto", "g"),
        _field("g/g2/penyakit", "text", "Penyakit", "g/g2", pdp="terbatas"),
        _field("anggota/*/a_nama", "text", "Nama anggota", "anggota", role="nama"),
        _field("anggota/*/a_kk", "text", "No. KK", "anggota", role="kk"),
        _field("anggota/*/rinci/a_jk", "select_one", "", "anggota/*/rinci", choices="jk"),
        _field("anggota/*/anak/*/n", "integer", "Nomor", "anggota/*/anak"),
        _field("umur", "calculate", "Umur", calculate="1 + 1"),
        _field("desa", "select_one", "Desa", choices="desa", role="desa", prefill=True),
        _field("g_tugas/id_kasus", "hidden", group="g_tugas", role="id_kasus"),
        _field("g_tugas/nama_kasus", "hidden", group="g_tugas", role="nama_kasus"),
    ],
    "groups": [
        {"path": "g", "label": {"id": "Data", "en": "Data"}},
        {"path": "g/g2", "label": {}},
        {"path": "anggota/*/rinci", "label": {"id": "Rinci"}},
    ],
    "repeats": [
        {"path": "anggota", "label": {"id": "Anggota", "en": "Members"}},
        {"path": "anggota/*/anak", "label": {"id": "Anak"}},
    ],
    "choices": {
        "jk": [
            {"name": "1", "label": {"id": "Laki-laki", "en": "Male"}},
            {"name": "2", "label": {"id": "Perempuan"}},
        ],
        "dok": [
            {"name": "kk", "label": {"id": "KK"}, "wajib": "ya"},
            {"name": "kia", "label": {}},
            {"name": "constructor", "label": {"id": "Lain"}},
        ],
        "desa": [{"name": "64.02.18.2007", "label": {"id": "Muara"}}],
    },
    "village_question": "desa",
    "entities": [
        {
            "list": "anak",
            "at": "anggota/*/meta/entity",
            "path": HOME,
            "id": "../a",
            "create_if": "true()",
            "label": "../a_nama",
            "save_to": {"anggota/*/a_nama": "nama", "anggota/*/a_kk": "no_kk"},
        },
        {
            "list": "anak",
            "at": "meta/entity",
            "path": "",
            "id": "/data/g_tugas/id_kasus",
            "update_if": "true()",
            "create_if": None,
            "save_to": {"nama": "nama", "g/jk": "jk", "g/g2/penyakit": "penyakit", "umur": "umur"},
        },
    ],
}
PATHS: Final = [
    *("nama", "nik", "g", "g/jk", "g/g2", "g/g2/penyakit", "anggota", "anggota/m_1", "anggota/*/a_nama"),
    *("anggota/m_1/a_nama", "anggota/anggota/a_nama", "anggota/m_1/rinci/a_jk", "anggota/m_1/rinci"),
    *("anggota/m_1/anak", "anggota/m_1/anak/m_2", "anggota/m_1/anak/m_2/n", "anggota/m_1#removal"),
    *("tidak", "tidak/ada", "$village", "g/jk/1", "anggota/m_1/tidak", "__proto__", "constructor", "umur"),
]
FILE_ANSWER: Final = '{"hash":"h","name":"a.jpg","size":%s,"type":"image/jpeg"}'
VALUES: Final[dict[str, list[Any]]] = {
    "g/jk": ["1", "2", "3", "", "constructor", "__proto__", RESTRICTED, DEAD, ALIVE],
    "g/dokumen": ["kk kia", "kk  constructor\u00a0x", "", "kia\x1ckk", "\ufeffkk"],
    "g/lokasi": ["-0.4321 116.9876 12 5", "-0.43 116.98", "91 0", "0 181", "1 2 3 -1", "a b", "1 2 3 4 5"],
    "g/foto": [
        *(FILE_ANSWER % size for size in (0, 1, 500, 512, 1023, 1024, 217_000, 1_048_575, 1_048_576)),
        *(FILE_ANSWER % size for size in (2_200_000, 99_999_999_999, '"12"', "1.5")),
        *(
            '{"name":"a.jpg"}',
            '{"hash":"h","name":"a"}',
            '{"hash":1,"name":"a"}',
            "a.jpg",
            "[]",
            "12",
            "null",
        ),
    ],
    "nik": ["6402181234560001", "123456789012", "12345678", "", "\U0001f600" * 13],
    "anggota/m_1/a_kk": ["6402189876540002"],
    "anggota/m_1/rinci/a_jk": ["2"],
    "tidak": ["6402181234560001", {"$": "baru"}],
}
NUMBERS: Final[list[list[Any]]] = [
    ["6402181234560001", "6402181234570001"],
    ["6402181234560001", "6402181234560002"],
    ["6402181234560001", "6402999999990001"],
    ["6402181234560001", "12"],
    ["6402181234560001", "6402181234560001"],
    ["nomor 6402181234560001!", "64021812345600012"],
    [RESTRICTED, "6402181234560001"],
]
TEXTS: Final = [
    *(
        "Asha",
        "  M. Ridwan  ",
        "d'Arc",
        "STRASSE straße",
        "ΣΊΣΥΦΟΣ σίσυφος",
        "İstanbul ısı",
        "ﬁ ﬀ ＡＢＣ １２",
    ),
    *(
        "a\u0301 \u00e1",
        "x\ufeffy",
        "\x1fx\x85y\u2003",
        "१२ ½ ⅷ ٣",
        "Ꭰ ꭰ",
        "ǅ ŉ ΐ",
        "-",
        "",
        "O\u2019Neil\u00ad",
    ),
]
ANSWERS: Final[list[dict[str, Any]]] = [
    {},
    {"nama": "Asha", "g/jk": "1", "umur": "2", "$village": "64.02.18.2007", "lama": "x", "Z": "y"},
    {
        **{f"anggota/{one}/a_nama": f"A{one}" for one in ("m_2", "m_1", "m_\U0001f600", "m_\uff21", "M")},
        **{f"anggota/m_1/anak/{one}/n": one for one in ("m_2", "m_1")},
        "anggota/m_2/rinci/a_jk": "1",
        "anggota/m_2/tidak": "?",
        "g/g2/penyakit": RESTRICTED,
        "tidak/marker": DEAD,
        "nama": " ",
        "g_tugas/nama_kasus": " Asha\x1f",
    },
    {"nama": RESTRICTED, "g_tugas/nama_kasus": "Asha"},
]


def vectors() -> dict[str, Any]:
    """What the files say: given and expected side by side."""
    form = FormDefinition.from_json(FORM)
    words = case_definition("anak", [form])
    return {
        "form": FORM,
        "paths": [[path, *_about(form, path)] for path in PATHS],
        "display": [
            [path, value, language, reveal, form.display(path, value, language, reveal=reveal)]
            for path, values in VALUES.items()
            for value, language, reveal in itertools.product(values, ("id", "en"), (False, True))
        ],
        "masked": [
            [path, values, masked_answers(known, path, values), known is not None]
            for values in NUMBERS
            for path, known in (("nik", form), ("nama", form), ("lama", form), ("nik", None))
        ],
        "outline": [[answers, _told(form.outline(answers))] for answers in ANSWERS],
        "subject": [[answers, _subject(form, answers)] for answers in ANSWERS],
        "texts": [[text, folded(text), text.strip(), text.split()] for text in TEXTS],
        "begun": [
            [RECORD, member, name, begun_by(RECORD, member, name)]
            for member in ("", "anggota/m_1", "anggota/m_é")
            for name in ("anak", "keluarga")
        ],
        "words": [[one.path, one.type, one.choices, words.label(one.path)] for one in words.fields],
    }


def _about(form: FormDefinition, path: str) -> list[object]:
    found = form.field_at(path)
    return [
        form.definition_path(path),
        *(form.knows(path), form.encloses(path), form.is_member(path), form.is_restricted(path)),
        *(form.label(path), form.label(path, "en"), found.path if found else None, form.role_at(path)),
    ]


def _told(item: Section | Row) -> list[object]:
    if isinstance(item, Row):
        return ["row", item.path, item.value]
    return [item.kind, item.path, item.label, item.number, item.name, [_told(one) for one in item.items]]


def _subject(form: FormDefinition, answers: dict[str, Any]) -> list[object]:
    subject = subject_of(form, answers)
    return [subject.name, subject.is_restricted]


def text() -> str:
    """The file's text."""
    rows = [f'"{name}":{json.dumps(said, ensure_ascii=True)}' for name, said in vectors().items()]
    return "{\n" + ",\n".join(rows) + "\n}\n"


if __name__ == "__main__":
    FILE.write_text(text(), "utf-8")
