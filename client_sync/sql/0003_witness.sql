-- What this device showed of a record and the server has not put on record yet. first, last: of the showings
-- that are counted in this row; offset_ms: by how much the clock was known to be behind; batch: the report in
-- which the row goes to the server, after which nothing is counted in it any more.

CREATE TABLE opening (
    position INTEGER PRIMARY KEY,
    record TEXT NOT NULL,
    action TEXT NOT NULL,
    author TEXT NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    offset_ms INTEGER,
    count INTEGER NOT NULL,
    batch TEXT
) STRICT;

CREATE INDEX opening_record ON opening (record, action);

CREATE INDEX opening_batch ON opening (batch);
