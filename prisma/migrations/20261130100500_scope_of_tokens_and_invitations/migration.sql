-- What tokens of the API and invited people see (decision 52), in the words of "user": the whole installation, or the sites
-- that are named and no others. What was made before sees the whole, as it did.
ALTER TABLE "api_token" ADD COLUMN "scope" TEXT NOT NULL DEFAULT 'whole',
ADD COLUMN "sites" TEXT[] DEFAULT ARRAY[]::TEXT[];

ALTER TABLE "api_token" ADD CONSTRAINT "api_token_scope_check" CHECK (
  "sites" IS NOT NULL AND (
    ("scope" = 'whole' AND cardinality("sites") = 0) OR ("scope" = 'sites' AND "role" <> 'admin')
  )
);

ALTER TABLE "invitation" ADD COLUMN "scope" TEXT NOT NULL DEFAULT 'whole',
ADD COLUMN "sites" TEXT[] DEFAULT ARRAY[]::TEXT[];

ALTER TABLE "invitation" ADD CONSTRAINT "invitation_scope_check" CHECK (
  "sites" IS NOT NULL AND (
    ("scope" = 'whole' AND cardinality("sites") = 0) OR ("scope" = 'sites' AND "role" <> 'admin')
  )
);
