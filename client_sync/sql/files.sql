-- name: add_file
INSERT INTO file (hash, name, type, size, made) VALUES (?, ?, ?, ?, ?) ON CONFLICT (hash) DO NOTHING;

-- name: add_file_piece
INSERT INTO file_piece (hash, position, data) VALUES (?, ?, ?);

-- name: add_file_use
-- Of files that are here; those of other devices are not ours to send.
INSERT INTO file_use (hash, record, operation) SELECT hash, ?2, ?3 FROM file WHERE hash = ?1
ON CONFLICT DO NOTHING;

-- name: file
SELECT hash, name, type, size, made, upload, arrived, code, sent FROM file WHERE hash = ?;

-- name: files
SELECT hash, name, type, size, made, upload, arrived, code, sent FROM file ORDER BY made, hash;

-- name: waiting_files
-- What no operation names yet lies in a draft, and may never be handed in.
SELECT hash, name, type, size, made, upload, arrived, code, sent FROM file
WHERE sent IS NULL AND EXISTS (SELECT 1 FROM file_use u WHERE u.hash = file.hash) ORDER BY made, hash;

-- name: has_files
SELECT EXISTS (SELECT 1 FROM file);

-- name: file_uses
SELECT DISTINCT hash, record FROM file_use ORDER BY hash, record;

-- name: file_pieces
-- Those that hold any byte from the second parameter up to, without, the third.
SELECT position, data FROM file_piece WHERE hash = ?1 AND position > ?2 - 65536 AND position < ?3
ORDER BY position;

-- name: begin_upload
UPDATE file SET upload = ?, arrived = ? WHERE hash = ?;

-- name: forget_uploads
UPDATE file SET upload = NULL, arrived = 0 WHERE upload IS NOT NULL;

-- name: explain_file
UPDATE file SET code = ? WHERE hash = ?;

-- name: file_sent
UPDATE file SET sent = ?, upload = NULL, arrived = size, code = '' WHERE hash = ?;

-- name: send_file_again
UPDATE file SET sent = NULL, arrived = 0 WHERE hash = ?;

-- name: unsent_files
-- What waits, and what operations name that no server has counted: it would be collected there as nobody's.
SELECT hash, name, type, size, made, upload, arrived, code, sent FROM file WHERE EXISTS (
    SELECT 1 FROM file_use u LEFT JOIN operation o ON o.id = u.operation WHERE u.hash = file.hash
        AND (file.sent IS NULL OR o.status = 'queued' OR (o.status = 'void' AND o.code = 'refused')))
ORDER BY made, hash;

-- name: files_kept_long
-- Sent before the first parameter, by operations that a server has counted, and named by no draft.
SELECT hash FROM file WHERE sent < ? AND NOT EXISTS (
    SELECT 1 FROM file_use u JOIN operation o ON o.id = u.operation WHERE u.hash = file.hash
        AND (o.status = 'queued' OR (o.status = 'void' AND o.code = 'refused')))
    AND NOT EXISTS (SELECT 1 FROM draft_answer a WHERE instr(a.value, file.hash))
ORDER BY sent, hash;

-- name: drop_file
DELETE FROM file WHERE hash = ?;

-- name: drop_files_that_left
-- Of a record that left: what was sent, and belongs to no record that is still here, nor to a draft.
DELETE FROM file WHERE sent IS NOT NULL AND hash IN (SELECT hash FROM file_use WHERE record = ?) AND NOT EXISTS (
    SELECT 1 FROM file_use u JOIN record r ON r.record = u.record WHERE u.hash = file.hash)
    AND NOT EXISTS (SELECT 1 FROM draft_answer a WHERE instr(a.value, file.hash));

-- name: drop_sent_file_that_left
DELETE FROM file WHERE hash = ? AND sent IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM file_use u JOIN record r ON r.record = u.record WHERE u.hash = file.hash)
    AND NOT EXISTS (SELECT 1 FROM draft_answer a WHERE instr(a.value, file.hash));

-- name: drop_file_uses_of_record
DELETE FROM file_use WHERE record = ?;

-- name: drop_file_uses_of_operation
DELETE FROM file_use WHERE operation = ?;

-- name: drop_unnamed_files
-- What neither an operation names nor a draft.
DELETE FROM file WHERE NOT EXISTS (SELECT 1 FROM file_use u WHERE u.hash = file.hash)
    AND NOT EXISTS (SELECT 1 FROM draft_answer a WHERE instr(a.value, file.hash));
