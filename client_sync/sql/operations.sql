-- name: add_operation
INSERT INTO operation (id, replica, n, author, status, created, raw, is_urgent)
VALUES (?, ?, ?, ?, 'queued', ?, ?, ?);

-- name: link_operation
INSERT INTO operation_record (record, operation) VALUES (?, ?);

-- name: urgent_operations
-- What waits and cannot, with all that waits on the records of any of it and was saved before it.
WITH RECURSIVE urgent (id, position) AS (
    SELECT id, position FROM operation WHERE status = 'queued' AND is_urgent
    UNION
    SELECT earlier.id, earlier.position
    FROM urgent JOIN operation_record its ON its.operation = urgent.id
    JOIN operation_record others ON others.record = its.record
    JOIN operation earlier ON earlier.id = others.operation
    WHERE earlier.status = 'queued' AND earlier.position < urgent.position
)
SELECT o.id, o.replica, o.is_counted, o.raw FROM urgent JOIN operation o USING (id)
WHERE o.id NOT IN (SELECT value FROM json_each(?)) ORDER BY o.position LIMIT ?;

-- name: queued_operations
SELECT id, replica, is_counted, raw FROM operation
WHERE status = 'queued' AND id NOT IN (SELECT value FROM json_each(?)) ORDER BY position LIMIT ?;

-- name: unsent_ids
-- What no server has counted: what waits, and what a server did not even take in.
SELECT id FROM operation WHERE status = 'queued' OR (status = 'void' AND code = 'refused') ORDER BY position;

-- name: unsent_operations
SELECT id, raw FROM operation WHERE status = 'queued' OR (status = 'void' AND code = 'refused') ORDER BY position;

-- name: ranges_beside
-- Neighbours have the same distance between their number and their place in the order of numbers.
SELECT replica, min(n), max(n) FROM (
    SELECT replica, n, n - row_number() OVER (PARTITION BY replica ORDER BY n) AS island
    FROM operation WHERE status = 'queued' AND id NOT IN (SELECT value FROM json_each(?))
) GROUP BY replica, island ORDER BY replica, min(n);

-- name: count_queued
SELECT count(*) FROM operation WHERE status = 'queued';

-- name: count_queued_forms
-- With their restricted parts, which are no forms of their own. In this order: few operations wait, of many records.
SELECT count(DISTINCT coalesce(s.of_record, s.record)) FROM operation o
CROSS JOIN operation_record r ON r.operation = o.id
CROSS JOIN record s ON s.record = r.record AND s.kind IN ('submission', 'restricted')
WHERE o.status = 'queued';

-- name: queued_bytes
SELECT coalesce(sum(length(raw)), 0) FROM operation WHERE status = 'queued';

-- name: acknowledge_operation
UPDATE operation SET status = ?1, code = ?2, message = ?3, acknowledged = ?4, is_counted = 1,
    is_dismissed = is_dismissed AND ?1 <> 'ok'
WHERE id = ?5 AND status = 'queued';

-- name: judge_operation
-- One that still waits to be sent hears why it is not accepted when it is sent. What is accepted is in view
-- again, dismissed or not: should a later server hold it, that is to be seen anew.
UPDATE operation SET status = ?1, code = ?2, message = ?3, acknowledged = ?4, is_decided = ?1 <> 'held',
    is_dismissed = is_dismissed AND ?1 <> 'ok'
WHERE id = ?5 AND (status <> ?1 OR code <> ?2) AND (status <> 'queued' OR ?1 = 'ok');

-- name: accept_operation
UPDATE operation SET status = 'ok', code = '', message = '', is_decided = 1, is_dismissed = 0 WHERE id = ?;

-- name: status_of_operation
SELECT status, code, is_dismissed FROM operation WHERE id = ?;

-- name: records_of_operation
SELECT record FROM operation_record WHERE operation = ?;

-- name: records_of_operations
SELECT operation, record FROM operation_record WHERE operation IN (SELECT value FROM json_each(?));

-- name: records_with_operations
SELECT DISTINCT record FROM operation_record WHERE record IN (SELECT value FROM json_each(?));

-- name: dismiss_operation
UPDATE operation SET is_dismissed = 1 WHERE id = ?;

-- name: refused_operations
SELECT o.id, o.status, o.code, o.message, o.is_dismissed, o.created,
    (SELECT group_concat(r.record, ' ') FROM operation_record r WHERE r.operation = o.id)
FROM operation o WHERE o.status IN ('held', 'void') ORDER BY o.position;

-- name: refused_of_record
SELECT o.id, o.status, o.code, o.message FROM operation_record r JOIN operation o ON o.id = r.operation
WHERE r.record = ? AND o.status IN ('held', 'void') AND NOT o.is_dismissed ORDER BY o.position;

-- name: held_or_void
SELECT id FROM operation WHERE status IN ('held', 'void');

-- name: held_or_void_of
SELECT o.id FROM operation_record r JOIN operation o ON o.id = r.operation
WHERE r.record = ? AND o.status IN ('held', 'void');

-- name: count_by_status
SELECT status, count(*) FROM operation WHERE NOT is_dismissed GROUP BY status;

-- name: offered_operations
SELECT id FROM operation WHERE author = ? AND code <> 'refused' ORDER BY position DESC LIMIT ?;

-- name: count_no_operation
UPDATE operation SET is_counted = 0 WHERE is_counted = 1;

-- name: count_operation
UPDATE operation SET is_counted = 1 WHERE id = ?;

-- name: queue_again
UPDATE operation SET status = 'queued', code = '', message = '', acknowledged = NULL, is_decided = 0
WHERE id = ? AND status <> 'queued' AND length(raw) > 0;

-- name: prune_operations
DELETE FROM operation WHERE status = 'ok' AND acknowledged < ?
    AND NOT EXISTS (SELECT 1 FROM operation_record r WHERE r.operation = operation.id AND NOT r.is_contained);

-- name: open_of_record
SELECT o.id, o.status, o.raw FROM operation_record r JOIN operation o ON o.id = r.operation
WHERE r.record = ? AND NOT r.is_contained AND NOT o.is_dismissed ORDER BY o.position;

-- name: uncontained_of_record
SELECT operation FROM operation_record WHERE record = ? AND NOT is_contained;

-- name: unsettled_of_record
SELECT o.id FROM operation_record r JOIN operation o ON o.id = r.operation
WHERE r.record = ? AND NOT r.is_contained AND (o.status <> 'ok' AND NOT o.is_dismissed) LIMIT 1;

-- name: dismissed_of_record
SELECT o.id FROM operation_record r JOIN operation o ON o.id = r.operation
WHERE r.record = ? AND NOT r.is_contained AND o.is_dismissed;

-- name: contain_accepted
UPDATE operation_record SET is_contained = (SELECT o.status = 'ok' FROM operation o WHERE o.id = operation)
WHERE record = ?;


-- name: contain_all
UPDATE operation_record SET is_contained = 1 WHERE record = ? AND NOT is_contained;

-- name: contain_operation
UPDATE operation_record SET is_contained = ? WHERE record = ? AND operation = ?;

-- name: refuse_operation
UPDATE operation SET status = ?, code = ?, message = ?, acknowledged = ?
WHERE id = ? AND status = 'queued';

-- name: sent_of_records
SELECT DISTINCT o.id, o.raw FROM operation_record r JOIN operation o ON o.id = r.operation
WHERE r.record IN (SELECT value FROM json_each(?)) AND o.status <> 'queued';

-- name: empty_operation
-- What was accepted stays so; what waited for somebody waits no longer.
UPDATE operation SET raw = x'', code = ?1, message = '', is_decided = 1,
    status = CASE WHEN status = 'ok' THEN 'ok' ELSE 'void' END
WHERE id = ?2;

-- name: redact_operation
UPDATE operation SET raw = ? WHERE id = ?;

-- name: unlink_operation
DELETE FROM operation_record WHERE operation = ?1 AND record NOT IN (SELECT value FROM json_each(?2));

-- name: queued_records
SELECT DISTINCT r.record FROM operation o CROSS JOIN operation_record r ON r.operation = o.id
WHERE o.status = 'queued';
