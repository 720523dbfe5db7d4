-- The case that a new form is opened from. Its answers begin as the case has them; those that nobody has
-- touched keep their preds under the empty record id.

ALTER TABLE draft ADD COLUMN case_record TEXT;
