-- Entries are texts: bytes that are none would end every search for a text with an error. Not asked of entries of before.
ALTER TABLE "audit_entry" ADD CONSTRAINT "audit_entry_text" CHECK (convert_from("bytes", 'UTF8') IS NOT NULL) NOT VALID;
