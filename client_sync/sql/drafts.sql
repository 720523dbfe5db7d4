-- name: add_draft
INSERT INTO draft (draft, record, form_id, village, returns, started, case_record) VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: draft
SELECT draft, record, form_id, village, returns, started, case_record FROM draft WHERE draft = ?;

-- name: drafts
SELECT draft, record, form_id, village, returns, started, case_record FROM draft ORDER BY started, draft;

-- name: count_drafts
SELECT count(*) FROM draft;

-- name: put_draft_answer
INSERT INTO draft_answer (draft, path, value, preds) VALUES (?, ?, ?, ?)
ON CONFLICT (draft, path) DO UPDATE SET value = excluded.value, preds = excluded.preds;

-- name: draft_answer
SELECT path, value, preds FROM draft_answer WHERE draft = ? AND path = ?;

-- name: drop_draft_answer
DELETE FROM draft_answer WHERE draft = ? AND path = ?;

-- name: draft_answers
SELECT path, value, preds FROM draft_answer WHERE draft = ? ORDER BY path;

-- name: drop_draft
DELETE FROM draft WHERE draft = ?;

-- name: drafts_about
SELECT draft FROM draft WHERE record IN (SELECT value FROM json_each(?1))
    OR case_record IN (SELECT value FROM json_each(?1));

-- name: is_drafted
-- Whether a draft corrects the record, or was opened from it.
SELECT EXISTS (SELECT 1 FROM draft WHERE record = ?1 OR case_record = ?1);

-- name: put_draft_removal
INSERT INTO draft_removal (draft, member, preds) VALUES (?, ?, ?)
ON CONFLICT (draft, member) DO UPDATE SET preds = excluded.preds;

-- name: draft_removals
SELECT member, preds FROM draft_removal WHERE draft = ? ORDER BY member;

-- name: drop_draft_removal
DELETE FROM draft_removal WHERE draft = ? AND member = ?;
