-- name: setting
SELECT value FROM setting WHERE name = ?;

-- name: set_setting
INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- name: drop_setting
DELETE FROM setting WHERE name = ?;

-- name: current_replica
SELECT replica, last_n, have_count, have_xor FROM replica ORDER BY position DESC LIMIT 1;

-- name: earlier_replicas
SELECT replica FROM replica WHERE position < (SELECT max(position) FROM replica)
    AND EXISTS (SELECT 1 FROM operation WHERE operation.replica = replica.replica) ORDER BY position;

-- name: add_replica
INSERT INTO replica (replica, last_n, have_count, have_xor) VALUES (?, 0, 0, 'AAAAAAAAAAA');

-- name: count_replica
UPDATE replica SET last_n = ? WHERE replica = ?;

-- name: has_own_operations
SELECT EXISTS (SELECT 1 FROM operation);

-- name: set_have
UPDATE replica SET have_count = ?, have_xor = ? WHERE replica = ?;
