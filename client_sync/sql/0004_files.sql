-- Files that answers name, as they travel. hash: as the answer says it (docs/protocol.md). made: when it was
-- attached. upload: the id by which the server knows what has come of it, and arrived, how many bytes that were
-- when it last said; code: why it did not take the file the last time; sent: when it had the whole of it, by its
-- own clock.
CREATE TABLE file (
    hash TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    size INTEGER NOT NULL CHECK (size > 0),
    made INTEGER NOT NULL,
    upload TEXT,
    arrived INTEGER NOT NULL DEFAULT 0,
    code TEXT NOT NULL DEFAULT '',
    sent INTEGER
) STRICT, WITHOUT ROWID;

-- position: of the first byte, a multiple of 65536.
CREATE TABLE file_piece (
    hash TEXT NOT NULL REFERENCES file (hash) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    data BLOB NOT NULL CHECK (length(data) BETWEEN 1 AND 65536),
    PRIMARY KEY (hash, position)
) STRICT;

-- Which operations of this store name a file, and so which records it belongs to. It outlives the operation.
CREATE TABLE file_use (
    hash TEXT NOT NULL REFERENCES file (hash) ON DELETE CASCADE,
    record TEXT NOT NULL,
    operation TEXT NOT NULL,
    PRIMARY KEY (hash, record, operation)
) STRICT, WITHOUT ROWID;

CREATE INDEX file_use_record ON file_use (record);

CREATE INDEX file_use_operation ON file_use (operation);
