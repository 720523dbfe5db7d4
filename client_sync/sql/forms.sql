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

-- name: digest_of_definition
-- Of one that is here: the definition itself is long, and the same as long as this is.
SELECT digest FROM form WHERE form_id = ? AND version = ? AND definition IS NOT NULL;

-- name: published_forms
SELECT form_id, version, title FROM form WHERE is_published ORDER BY form_id, version;

-- name: drop_villages
DELETE FROM village;

-- name: add_village
INSERT INTO village (code, name, kecamatan) VALUES (?, ?, ?);

-- name: villages
SELECT code, name, kecamatan FROM village ORDER BY code;

-- name: forms_without_files
-- Of what is filled or corrected here: what is published, and the versions of records and drafts that are here.
SELECT form_id, version FROM form WHERE definition IS NOT NULL
    AND NOT EXISTS (
        SELECT 1 FROM form_file f WHERE f.form_id = form.form_id AND f.version = form.version AND f.name = ''
            AND f.digest = form.digest)
    AND (is_published
        OR EXISTS (SELECT 1 FROM record WHERE record.form = form.form_id || '@' || form.version)
        OR EXISTS (SELECT 1 FROM draft WHERE draft.form_id = form.form_id || '@' || form.version))
ORDER BY form_id, version;

-- name: drop_form_files
DELETE FROM form_file WHERE form_id = ? AND version = ?;

-- name: add_form_file
INSERT INTO form_file (form_id, version, name, digest, data)
SELECT form_id, version, ?3, digest, ?4 FROM form WHERE form_id = ?1 AND version = ?2;

-- name: form_file
SELECT data FROM form_file WHERE form_id = ? AND version = ? AND name = ?;

-- name: form_media
SELECT name, data FROM form_file WHERE form_id = ? AND version = ? AND name <> '' ORDER BY name;
