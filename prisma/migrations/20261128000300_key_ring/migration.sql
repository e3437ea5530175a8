-- Whom objects are, or were, encrypted to; and which keys open which segment.
CREATE TABLE "archive_key" (
    "cert_sha256" TEXT NOT NULL,
    "ski" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "cert_pem" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "not_after" TIMESTAMPTZ(3) NOT NULL,
    "added_at" TIMESTAMPTZ(3) NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "archive_key_pkey" PRIMARY KEY ("cert_sha256")
);

CREATE TABLE "segment_key" (
    "segment_id" UUID NOT NULL,
    "ski" TEXT NOT NULL,

    CONSTRAINT "segment_key_pkey" PRIMARY KEY ("segment_id","ski")
);

CREATE INDEX "segment_key_ski_idx" ON "segment_key"("ski");

ALTER TABLE "segment_key" ADD CONSTRAINT "segment_key_segment_id_fkey" FOREIGN KEY ("segment_id") REFERENCES "segment"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Notes the keys of a segment whose end record_segment_end has recorded in the same statement; argument as there, with
-- the SubjectKeyIdentifiers "key_ids" in "segment". Where the end was refused there is no segment, and nothing is noted.
CREATE FUNCTION record_segment_keys(ended jsonb) RETURNS void
LANGUAGE sql AS $$
  INSERT INTO segment_key (segment_id, ski)
  SELECT segment.id, ski
  FROM segment, jsonb_array_elements_text(ended -> 'segment' -> 'key_ids') AS key (ski)
  WHERE jsonb_typeof(ended -> 'segment') = 'object' AND segment.id = (ended -> 'segment' ->> 'id')::uuid
  ON CONFLICT DO NOTHING
$$;
