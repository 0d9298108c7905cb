-- Reports are merged while they are read, all of their rows: what the last report said of a consumer (0036) is not needed any more.
ALTER TABLE consumer DROP COLUMN said_hash;
