-- name: put_form
INSERT INTO form (form_id, version, title, digest, is_published) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (form_id, version) DO UPDATE SET title = excluded.title, is_published = excluded.is_published,
    definition = CASE WHEN digest = excluded.digest THEN definition END, digest = excluded.digest;

-- name: withdraw_forms
UPDATE form SET is_published = 0;

-- name: drop_unread_forms
DELETE FROM form WHERE definition IS NULL;

-- name: forms_without_definition
SELECT form_id, version FROM form WHERE definition IS NULL ORDER BY form_id, version;

-- name: set_definition
UPDATE form SET definition = ? WHERE form_id = ? AND version = ?;

-- name: definition
SELECT definition FROM form WHERE form_id = ? AND version = ?;

-- name: published_forms
SELECT form_id, version, title FROM form WHERE is_published ORDER BY form_id, version;

-- name: drop_villages
DELETE FROM village;

-- name: add_village
INSERT INTO village (code, name, kecamatan) VALUES (?, ?, ?);

-- name: villages
SELECT code, name, kecamatan FROM village ORDER BY code;
