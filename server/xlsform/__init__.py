"""
From a workbook to a form: XLSForm → XForm (by pyxform) and our JSON definition.

`compile_workbook` is the whole of it. The phone runs the XForm itself; server, office pages and `client_sync`
read the definition, of which this is the first cut::

    {"form_id": "verifikasi_anak", "version": "2026010101",
     "title": {"id": "Verifikasi Anak Terlantar", "en": "Neglected Child Verification"},
     "languages": ["id", "en"],
     "fields": [{"path": "g_anak/nama_anak", "type": "text", "label": {"id": …, "en": …}, "hint": {…} | null,
                 "choices": list name | null, "pdp": "umum" | "spesifik" | "terbatas", "role": "nama" | null,
                 "prefill": true, "required": true, "group": ["g_anak"], "appearance": text | null}, …],
     "groups": [{"path": "g_anak", "label": {…}}, …],
     "repeats": [{"path": "anggota", "label": {…}}, …],
     "choices": {"jk": [{"name": "1", "label": {…}, further columns as text}, …], …},
     "village_question": "g_wilayah/desa" | null}

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
- ``prefill`` (column ``x_prefill``): whether a later visit starts with the approved answer. Never for
  terbatas and never for what nobody types in.
- ``required`` is true for what is always required; a condition comes with the evaluation of forms.
- ``village_question`` is the field with the role ``desa``, or else ``desa_kasus`` (hidden, filled from the
  case).
"""

from server.xlsform.compile import CompiledForm, compile_workbook

__all__ = ["CompiledForm", "compile_workbook"]
