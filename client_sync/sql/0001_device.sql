-- The device store. Released files are never edited; the next change is 0002_*.sql.
-- Times are milliseconds since 1970 by the device's clock, except operation.acknowledged,
-- which is the server's, so that a wrong clock on the device forgets nothing early.

CREATE TABLE setting (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL  -- JSON
) STRICT, WITHOUT ROWID;

-- Every replica id that this store ever had; the one with the greatest position is the current one.
-- have_count and have_xor: what the server must have counted from it, by what it acknowledged.
CREATE TABLE replica (
    position INTEGER PRIMARY KEY,
    replica TEXT NOT NULL UNIQUE,
    last_n INTEGER NOT NULL,
    have_count INTEGER NOT NULL,
    have_xor TEXT NOT NULL
) STRICT;

-- The store's own operations, in the order in which they were saved. raw: the canonical bytes.
-- is_counted: whether it is in the current replica's have.
CREATE TABLE operation (
    position INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    replica TEXT NOT NULL REFERENCES replica (replica),
    n INTEGER NOT NULL,
    author TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('queued', 'ok', 'held', 'void')),
    code TEXT NOT NULL DEFAULT '',
    message TEXT NOT NULL DEFAULT '',
    is_counted INTEGER NOT NULL DEFAULT 0,
    is_decided INTEGER NOT NULL DEFAULT 0,
    is_dismissed INTEGER NOT NULL DEFAULT 0,
    created INTEGER NOT NULL,
    acknowledged INTEGER,
    raw BLOB NOT NULL,
    UNIQUE (replica, n)
) STRICT;

CREATE INDEX operation_queued ON operation (position) WHERE status = 'queued';

CREATE INDEX operation_refused ON operation (position) WHERE status IN ('held', 'void');

-- is_contained: whether the server's document of the record, as it is stored here, includes the operation.
CREATE TABLE operation_record (
    record TEXT NOT NULL,
    operation TEXT NOT NULL REFERENCES operation (id) ON DELETE CASCADE,
    is_contained INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (record, operation)
) STRICT, WITHOUT ROWID;

CREATE INDEX operation_record_operation ON operation_record (operation);

-- document, digest: the server's state of the record, absent while it has not sent one.
-- view, view_digest: what the person sees, where own operations are not in the document yet; else absent.
-- kind, form, village, of_record: read from what the person sees, for finding.
CREATE TABLE record (
    record TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    form TEXT,
    village TEXT,
    of_record TEXT,
    digest TEXT,
    view_digest TEXT,
    document BLOB,
    view BLOB,
    CHECK (document IS NOT NULL OR view IS NOT NULL),
    CHECK ((document IS NULL) = (digest IS NULL)),
    CHECK ((view IS NULL) = (view_digest IS NULL))
) STRICT;

CREATE INDEX record_of ON record (of_record) WHERE of_record IS NOT NULL;

CREATE INDEX record_kind ON record (kind, village);

-- Which villages' feeds list a record.
CREATE TABLE membership (
    village TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (village, record)
) STRICT, WITHOUT ROWID;

CREATE INDEX membership_record ON membership (record);

CREATE TABLE cursor (
    feed TEXT NOT NULL PRIMARY KEY,
    cursor TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Records to ask for by id.
CREATE TABLE wanted (
    record TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TABLE form (
    form_id TEXT NOT NULL,
    version TEXT NOT NULL,
    title TEXT NOT NULL,  -- JSON, by language
    digest TEXT NOT NULL,
    is_published INTEGER NOT NULL,
    definition TEXT,
    PRIMARY KEY (form_id, version)
) STRICT;

CREATE TABLE village (
    code TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    kecamatan TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- A form being filled. returns: the ids of the returns that were in view when it was opened (JSON list).
CREATE TABLE draft (
    draft TEXT NOT NULL PRIMARY KEY,
    record TEXT,
    form_id TEXT,
    village TEXT,
    returns TEXT NOT NULL,
    started INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- preds: the ids of the values that were on the screen when this one was typed, by record (JSON object).
CREATE TABLE draft_answer (
    draft TEXT NOT NULL REFERENCES draft (draft) ON DELETE CASCADE,
    path TEXT NOT NULL,
    value TEXT NOT NULL,
    preds TEXT NOT NULL,
    PRIMARY KEY (draft, path)
) STRICT, WITHOUT ROWID;
