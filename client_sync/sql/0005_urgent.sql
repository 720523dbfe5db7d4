-- is_urgent: that the operation was saved with an answer that cannot wait (domain/urgency.py): it is sent before
-- all others, with what its records need before it. An operation's bytes are canonical JSON: without spaces.
ALTER TABLE operation ADD COLUMN is_urgent INTEGER NOT NULL DEFAULT 0;

UPDATE operation SET is_urgent = 1
WHERE instr(raw, CAST('/bahaya_segera","1"' AS BLOB)) OR instr(raw, CAST('["bahaya_segera","1"' AS BLOB));

CREATE INDEX operation_urgent ON operation (position) WHERE status = 'queued' AND is_urgent;
