-- What an engine runs of a form: its XForm under the empty name, and the files that it asks for, such as lists and
-- pictures, under theirs. digest: of the version that they were fetched for. The command `verilap` needs none of them.
CREATE TABLE form_file (
    form_id TEXT NOT NULL,
    version TEXT NOT NULL,
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (form_id, version, name),
    FOREIGN KEY (form_id, version) REFERENCES form (form_id, version) ON DELETE CASCADE
) STRICT;
