-- CreateTable
CREATE TABLE "validation_release" (
    "version" INTEGER NOT NULL,
    "rules" JSONB NOT NULL,
    "made_at" TIMESTAMPTZ(3) NOT NULL,
    "made_by" TEXT NOT NULL,
    "reason" TEXT,

    CONSTRAINT "validation_release_pkey" PRIMARY KEY ("version")
);

-- What a release says is what verdicts name it for: it never changes.
CREATE FUNCTION "refuse_release_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'validation_release is append-only: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
END;
$$;

CREATE TRIGGER "validation_release_append_only"
  BEFORE UPDATE OR DELETE OR TRUNCATE ON "validation_release"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_release_change"();
