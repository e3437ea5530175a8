-- An entry's leaf hash is that of its bytes (RFC 9162 §2.1.1), and its bytes have room in a bundle (c2sp.org/tlog-tiles): an entry that
-- has not would keep the log out of every archive. Not asked of entries of before, which nobody may change.
ALTER TABLE "audit_entry"
  ADD CONSTRAINT "audit_entry_leaf_hash" CHECK ("leaf_hash" = sha256('\x00'::bytea || "bytes")) NOT VALID,
  ADD CONSTRAINT "audit_entry_bytes" CHECK (octet_length("bytes") <= 65535) NOT VALID;
