-- name: cursors
SELECT feed, cursor FROM cursor;

-- name: set_cursor
INSERT INTO cursor (feed, cursor) VALUES (?, ?) ON CONFLICT (feed) DO UPDATE SET cursor = excluded.cursor;

-- name: drop_cursor
DELETE FROM cursor WHERE feed = ?;

-- name: drop_cursors
DELETE FROM cursor;

-- name: add_membership
INSERT INTO membership (village, record) VALUES (?, ?) ON CONFLICT DO NOTHING;

-- name: memberships_of_record
SELECT village FROM membership WHERE record = ?;

-- name: memberships_of_records
SELECT record, village FROM membership WHERE record IN (SELECT value FROM json_each(?));

-- name: members_of_village
SELECT record FROM membership WHERE village = ?;

-- name: drop_membership
DELETE FROM membership WHERE village = ? AND record = ?;

-- name: drop_memberships_of_record
DELETE FROM membership WHERE record = ?;

-- name: member_villages
SELECT DISTINCT village FROM membership;

-- name: want
INSERT INTO wanted (record) VALUES (?) ON CONFLICT DO NOTHING;

-- name: unwant
DELETE FROM wanted WHERE record = ?;

-- name: wanted
SELECT record FROM wanted ORDER BY record LIMIT ?;

-- name: count_wanted
SELECT count(*) FROM wanted;

-- name: drop_wanted
DELETE FROM wanted;
