-- All that lists of records begin with, without their documents: these fill most pages of the store, and every page
-- that is read is decrypted.
CREATE INDEX record_listed ON record (record, kind, form, of_record, digest, view_digest);
