-- What the last report said of a consumer, as a hash of its row's cells: a row that says the same again needs neither be understood nor
-- merged. NULL where that may not be left out: of consumers before this version, of an account in several rows of a report, of a row
-- whose arrears depend on the day of the import.
ALTER TABLE consumer ADD COLUMN said_hash UBIGINT;
