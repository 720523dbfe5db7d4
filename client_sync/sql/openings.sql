-- name: count_openings_again
-- ?1 records, ?2 action, ?3 author, ?4 offset, ?5 the earliest first, ?6 now.
UPDATE opening SET count = count + 1, last = max(last, ?6) WHERE position IN (
    SELECT max(position) FROM opening
    WHERE record IN (SELECT value FROM json_each(?1)) AND action = ?2 AND author = ?3 AND offset_ms IS ?4
        AND first BETWEEN ?5 AND ?6 AND batch IS NULL
    GROUP BY record);

-- name: add_openings
-- Those of the records that were counted in no row; parameters as above.
INSERT INTO opening (record, action, author, first, last, offset_ms, count)
SELECT DISTINCT value, ?2, ?3, ?6, ?6, ?4, 1 FROM json_each(?1) WHERE NOT EXISTS (
    SELECT 1 FROM opening
    WHERE record = value AND action = ?2 AND author = ?3 AND offset_ms IS ?4
        AND first BETWEEN ?5 AND ?6 AND batch IS NULL);

-- name: has_openings
SELECT EXISTS (SELECT 1 FROM opening);

-- name: batch_of_openings
SELECT batch FROM opening WHERE batch IS NOT NULL LIMIT 1;

-- name: begin_batch_of_openings
UPDATE opening SET batch = ?1 WHERE position IN (SELECT position FROM opening ORDER BY position LIMIT ?2);

-- name: openings_of_batch
SELECT action, author, first, last, offset_ms, count, record FROM opening WHERE batch = ?
ORDER BY action, author, first, last, offset_ms, count, record;

-- name: drop_batch_of_openings
DELETE FROM opening WHERE batch = ?;
