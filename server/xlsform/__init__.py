"""
From a workbook to a form: XLSForm → XForm (by pyxform) and our JSON definition.

`compile_workbook` is the whole of it. The phone runs the XForm itself; server, office pages and `client_sync`
read the definition::

    {"format": 2, "form_id": "verifikasi_anak", "version": "2026010101",
     "title": {"id": "Verifikasi Anak Terlantar", "en": "Neglected Child Verification"},
     "languages": ["id", "en"],
     "fields": [{"path": "g_anak/nama_anak", "type": "text", "label": {"id": …, "en": …}, "hint": {…} | null,
                 "choices": list name | null, "pdp": "umum" | "spesifik" | "terbatas", "role": "nama" | null,
                 "prefill": true, "required": true, "group": ["g_anak"], "appearance": text | null,
                 further members, below}, …],
     "groups": [{"path": "g_anak", "label": {…}, …}, …],
     "repeats": [{"path": "anggota", "label": {…}, "count": expression, …}, …],
     "choices": {"jk": [{"name": "1", "label": {…}, further columns as text}, …], …},
     "village_question": "g_wilayah/desa" | null,
     "tables": {"harga": [{"kode": "1", …}, …]}, "attached": ["anak"], "entities": […], …}

- Fields, groups, repeats and choices stand in the order of the form.
- A path inside a repeat has ``*`` for the member: ``anggota/*/a_nama``. A record's path has the member's id
  there: ``anggota/m_9K…/a_nama``. ``group`` lists the paths of the groups and repeats around a field,
  outermost first.
- ``type`` is text, integer, decimal, date, time, datetime, select_one, select_multiple, rank, geopoint,
  geotrace, geoshape, image, audio, video, file, barcode, range, acknowledge; calculate, hidden and note;
  start, end, today, deviceid, username, phonenumber, email, audit; another type keeps pyxform's name.
- ``pdp`` is the class of personal data of the column ``x_pdp`` (law UU 27/2022); none means spesifik. What is
  calculated, and a note that shows an answer, takes the strictest class of what it is made from.
- ``role`` (column ``x_peran``) says what an answer is to the office, for masking, encryption and matching.
  Every repeat has a field with the role ``id_anggota``: where the workbook has none, one is added.
- ``prefill`` (column ``x_prefill``): whether a later visit starts with the approved answer. Never for
  terbatas and never for what nobody types in.
- ``required`` is true for what is always required.
- ``village_question`` is the field with the role ``desa``, or else ``desa_kasus`` (hidden, filled from the
  case).

Since format 2; a member that says nothing is absent. Expressions are those of the XForm, so that phone and
server run the same text; absolute paths begin with ``/data``.

- Fields, groups and repeats: ``relevant``, ``read_only`` (true: always), ``read_only_if``. Fields also:
  ``calculate``, ``constraint``, ``required_if``, ``constraint_message``, ``required_message``, ``guidance``;
  ``default``, the text in a new form; ``actions``, what events set: ``{"events": ["odk-instance-first-load" |
  "odk-new-repeat" | "xforms-value-changed", …], "trigger": path | null, "value": expression}``;
  ``parameters``; ``bind_type``; ``media``, kind → file by language.
- ``choice_filter`` is the condition on the rows of the list. Choices from answers of a repeat:
  ``choices_from`` is ``{"nodeset": expression, "value": name, "label": name}``.
- ``choice_media``: list → name → kind → file by language. A list of a file that is read by other columns than
  the first question does is a list of its own, ``desa?value=kode&label=nama``.
- ``tables`` are the rows of the files that no question takes its choices from. ``attached`` are the case
  lists that the server attaches when a device asks: their rows are in neither.
- ``entities``: ``{"list", "at", "path", "id", "create_if", "update_if", "label", "save_to"}``. ``path`` is
  the member of the innermost repeat (``anggota/*``), empty outside of all; relative expressions begin at the
  parts of ``at`` (``anggota/*/meta/entity``, as in ``at/label``). ``true()`` is always, null never.
  ``save_to`` gives the case's property for a path.
- ``instance_name``: how a filled form is called.
"""

from server.xlsform.compile import CompiledForm, compile_bundle, compile_workbook

__all__ = ["CompiledForm", "compile_bundle", "compile_workbook"]
