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

-- The ends of the audit's chains as the server told them, the newest of a kecamatan last. told: by the server's
-- clock. state: 'known'; 'unproven', where a later one came and the server has not said that this one lies
-- before it; 'differs', where it does not and the server is to hear of it; 'past', of a chain that is gone.
-- noticed: when that came out.
CREATE TABLE head (
    position INTEGER PRIMARY KEY,
    kecamatan TEXT NOT NULL,
    seq INTEGER NOT NULL,
    digest TEXT NOT NULL,
    told INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('known', 'unproven', 'differs', 'past')),
    noticed INTEGER
) STRICT;

CREATE INDEX head_kecamatan ON head (kecamatan, told);
