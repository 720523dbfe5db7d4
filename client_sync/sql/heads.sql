-- name: heads
SELECT kecamatan, seq, digest, told, state FROM head ORDER BY kecamatan, position;

-- name: add_head
INSERT INTO head (kecamatan, seq, digest, told, state) VALUES (?, ?, ?, ?, 'known');

-- name: leave_head_unproven
-- The one that was the newest until now.
UPDATE head SET state = 'unproven' WHERE state = 'known'
    AND position = (SELECT max(position) FROM head WHERE kecamatan = ? AND state IN ('known', 'unproven'));

-- name: prove_head
UPDATE head SET state = 'known' WHERE kecamatan = ? AND seq = ? AND digest = ? AND state = 'unproven';

-- name: tell_of_newest_head
UPDATE head SET state = 'differs'
WHERE position = (SELECT max(position) FROM head WHERE kecamatan = ? AND state IN ('known', 'unproven'));

-- name: end_chain
-- But for the end that the server has now.
UPDATE head SET state = 'past', noticed = ?2 WHERE kecamatan = ?1 AND state IN ('known', 'unproven')
    AND NOT (seq = ?3 AND digest = ?4);

-- name: notice_head
UPDATE head SET noticed = ?2 WHERE kecamatan = ?1 AND state = 'differs' AND noticed IS NULL;

-- name: settle_heads
-- The server has heard of those that differ.
UPDATE head SET state = 'past' WHERE kecamatan = ? AND state = 'differs';

-- name: prune_heads
-- For some time, of each day the last and what bears witness of a chain that is gone; the newest of all stays.
DELETE FROM head WHERE state IN ('known', 'past')
    AND EXISTS (SELECT 1 FROM head later WHERE later.kecamatan = head.kecamatan AND later.position > head.position)
    AND (told < ?1 OR state = 'known' AND EXISTS (
        SELECT 1 FROM head later WHERE later.kecamatan = head.kecamatan AND later.position > head.position
            AND later.state = 'known' AND later.told / 86400000 = head.told / 86400000));

-- name: chains_that_differ
SELECT kecamatan, max(noticed) FROM head WHERE noticed >= ? GROUP BY kecamatan ORDER BY kecamatan;

-- name: drop_heads
DELETE FROM head;
