-- What people see (decision 52): the whole installation, or the sites that are named and no others. That somebody has no
-- sites does not mean that they see all.
ALTER TABLE "user" ADD COLUMN "scope" TEXT NOT NULL DEFAULT 'whole',
ADD COLUMN "sites" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- Admins have the whole installation: they could give it to themselves.
ALTER TABLE "user" ADD CONSTRAINT "user_scope_check" CHECK (
  "sites" IS NOT NULL AND (
    ("scope" = 'whole' AND cardinality("sites") = 0) OR ("scope" = 'sites' AND "role" <> 'admin')
  )
);
