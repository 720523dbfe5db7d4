-- name: record_row
SELECT document, digest, view, view_digest FROM record WHERE record = ?;

-- name: shown_record
SELECT coalesce(view, document) FROM record WHERE record = ?;

-- name: shown_parts
SELECT coalesce(view, document) FROM record WHERE of_record = ? AND kind = 'restricted' ORDER BY record;

-- name: shown_records
SELECT coalesce(view, document) FROM record WHERE kind = ? ORDER BY village, record;

-- name: shown_cases
SELECT coalesce(view, document) FROM record WHERE kind >= ? AND kind < ? ORDER BY kind, village, record;

-- name: cases_saying
-- Those that hold one of the texts somewhere; whoever asks looks where.
SELECT coalesce(view, document) FROM record WHERE kind = ?1
    AND EXISTS (SELECT 1 FROM json_each(?2) WHERE instr(coalesce(view, document), CAST(value AS BLOB)))
ORDER BY record;

-- name: stored_digests
SELECT r.record, r.digest FROM membership m JOIN record r ON r.record = m.record
WHERE m.village = ? AND r.digest IS NOT NULL;

-- name: stored_digest
SELECT digest FROM record WHERE record = ?;

-- name: put_document
INSERT INTO record (record, kind, form, village, of_record, digest, document)
VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (record) DO UPDATE SET kind = excluded.kind, form = excluded.form, village = excluded.village,
    of_record = excluded.of_record, digest = excluded.digest, document = excluded.document,
    view = NULL, view_digest = NULL;

-- name: put_view
INSERT INTO record (record, kind, form, village, of_record, view_digest, view)
VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (record) DO UPDATE SET kind = excluded.kind, form = excluded.form, village = excluded.village,
    of_record = excluded.of_record, view_digest = excluded.view_digest, view = excluded.view;

-- name: accept_view
-- Only if exactly so many of our operations were not in the document: those that were just accepted.
UPDATE record SET document = view, digest = view_digest, view = NULL, view_digest = NULL
WHERE record = ? AND view_digest = ?
    AND (SELECT count(*) FROM operation_record r WHERE r.record = record.record AND NOT r.is_contained) = ?;

-- name: drop_document
UPDATE record SET document = NULL, digest = NULL WHERE record = ? AND view IS NOT NULL;

-- name: drop_record
DELETE FROM record WHERE record = ?;

-- name: record_ids
SELECT record FROM record;

-- name: count_records
SELECT count(*) FROM record WHERE kind = ?;

-- name: shown_after
SELECT rowid, coalesce(view, document) FROM record WHERE rowid > ? ORDER BY rowid LIMIT 200;

-- name: listed_records
SELECT record, kind, form, of_record, coalesce(view_digest, digest) FROM record;
