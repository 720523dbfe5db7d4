-- Members of a repeat that a draft removes from the record that it corrects. preds: the ids of what was in view at
-- and below the member when it was removed (JSON list).
CREATE TABLE draft_removal (
    draft TEXT NOT NULL REFERENCES draft (draft) ON DELETE CASCADE,
    member TEXT NOT NULL,
    preds TEXT NOT NULL,
    PRIMARY KEY (draft, member)
) STRICT, WITHOUT ROWID;
