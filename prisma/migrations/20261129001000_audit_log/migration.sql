-- The Merkle log over the audit entries. An entry waits in audit_pending, from the transaction that wrote it, until the one
-- sequencer gives it its place; leaves and nodes are then never changed.
CREATE TABLE "audit_pending" (
    "entry_id" UUID NOT NULL
);

CREATE TABLE "audit_leaf" (
    "index" BIGINT NOT NULL,
    "entry_id" UUID NOT NULL,
    "leaf_hash" BYTEA NOT NULL,

    CONSTRAINT "audit_leaf_pkey" PRIMARY KEY ("index")
);

CREATE UNIQUE INDEX "audit_leaf_entry_id_key" ON "audit_leaf"("entry_id");

CREATE TABLE "audit_node" (
    "level" INTEGER NOT NULL,
    "index" BIGINT NOT NULL,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "audit_node_pkey" PRIMARY KEY ("level","index")
);

CREATE TABLE "audit_head" (
    "origin" TEXT NOT NULL,
    "size" BIGINT NOT NULL,
    "edge" BYTEA NOT NULL,
    "note" TEXT,
    "noted_at" TIMESTAMPTZ(3),
    "cosigned_size" BIGINT NOT NULL DEFAULT 0,
    "cosigned_note" TEXT,
    "cosigned_at" TIMESTAMPTZ(3),
    "archived_size" BIGINT NOT NULL DEFAULT 0,
    "archived_note" TEXT,
    "archived_at" TIMESTAMPTZ(3),

    CONSTRAINT "audit_head_pkey" PRIMARY KEY ("origin")
);

INSERT INTO "audit_pending" ("entry_id") SELECT "id" FROM "audit_entry" ORDER BY "recorded_at", "id";

CREATE FUNCTION "note_pending_audit"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_pending (entry_id) SELECT id FROM added;
  RETURN NULL;
END;
$$;

CREATE TRIGGER "audit_entry_pending"
  AFTER INSERT ON "audit_entry"
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION "note_pending_audit"();

-- Says which table it guards, now that it guards several.
CREATE OR REPLACE FUNCTION "refuse_audit_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END;
$$;

CREATE TRIGGER "audit_leaf_append_only"
  BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_leaf"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_audit_change"();

CREATE TRIGGER "audit_node_append_only"
  BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_node"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_audit_change"();
