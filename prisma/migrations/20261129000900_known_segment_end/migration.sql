-- Records the end of a segment as before (20261128000010). What the index knows already may have been adopted from the archive,
-- whose manifest names accepted taps only: the refused ones and the duplicates of the segment are recorded all the same,
-- while its buffer lives, and the entry of its end. Each is there once, however often it is told.
CREATE OR REPLACE FUNCTION record_segment_end(ended jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  row_of jsonb := NULLIF(ended -> 'segment', 'null');
  entry jsonb := ended -> 'entry';
  cut_in text := ended ->> 'generation';
  life text;
  is_known boolean;
  kept int;
BEGIN
  IF row_of IS NOT NULL THEN
    PERFORM pg_advisory_xact_lock(hashtextextended(row_of ->> 'id', 0));
    -- Entries outlive a lost index, so where there is a segment its row decides.
    is_known := EXISTS (SELECT FROM segment WHERE id = (row_of ->> 'id')::uuid);
  ELSE
    is_known := EXISTS (SELECT FROM audit_entry WHERE id = (entry ->> 'id')::uuid);
  END IF;
  IF is_known AND cut_in IS NULL THEN
    RETURN jsonb_build_object('outcome', 'known');
  END IF;

  IF cut_in IS NOT NULL THEN
    SELECT value INTO life FROM installation_fact WHERE name = 'buffer.generation' FOR SHARE;
    IF life IS DISTINCT FROM cut_in AND is_known THEN
      RETURN jsonb_build_object('outcome', 'known');
    ELSIF life IS DISTINCT FROM cut_in THEN
      RETURN jsonb_build_object('outcome', 'other-life', 'now', life);
    END IF;
  END IF;

  IF row_of IS NOT NULL AND NOT is_known THEN
    IF EXISTS (
      SELECT FROM audit_entry
      WHERE subject = 'segment/' || (row_of ->> 'id') AND action = 'segment.quarantined'
    ) THEN
      RETURN jsonb_build_object('outcome', 'withdrawn');
    END IF;
    INSERT INTO segment (id, object_path, object_bytes, object_digest, manifest_digest, taps, first_read_at, last_read_at)
    SELECT id, object_path, object_bytes, decode(object_digest, 'hex'), decode(manifest_digest, 'hex'), taps,
           to_timestamp(first_read_at_ms / 1000.0), to_timestamp(last_read_at_ms / 1000.0)
    FROM jsonb_to_record(row_of) AS segment_row (
      id uuid, object_path text, object_bytes int, object_digest text, manifest_digest text, taps int,
      first_read_at_ms bigint, last_read_at_ms bigint
    );
    INSERT INTO tap_run (segment_id, tracker, tracker_epoch, first_seq, last_seq, count, digests)
    SELECT (row_of ->> 'id')::uuid, tracker, tracker_epoch, first_seq, last_seq,
           (last_seq - first_seq + 1)::int, decode(digests, 'hex')
    FROM jsonb_to_recordset(row_of -> 'tap_runs') AS run (
      tracker text, tracker_epoch bigint, first_seq bigint, last_seq bigint, digests text
    );
    INSERT INTO agent_run (segment_id, agent, epoch, first_seq, last_seq, members)
    SELECT (row_of ->> 'id')::uuid, agent, epoch, first_seq, last_seq, decode(members, 'hex')
    FROM jsonb_to_recordset(row_of -> 'agent_runs') AS run (
      agent text, epoch bigint, first_seq bigint, last_seq bigint, members text
    );
    INSERT INTO segment_copy (segment_id, target)
    SELECT (row_of ->> 'id')::uuid, target FROM jsonb_array_elements_text(ended -> 'copies') AS copy (target);
  END IF;

  INSERT INTO quarantined_tap (agent, epoch, seq, reason, detail, digest, sealed_payload, reader, read_at, rules_version)
  SELECT agent, epoch, seq, reason, detail, decode(digest, 'hex'), decode(sealed_payload, 'hex'), reader,
         to_timestamp(read_at_ms / 1000.0), COALESCE(rules_version, 0)
  FROM jsonb_to_recordset(ended -> 'quarantine') AS tap (
    agent text, epoch bigint, seq bigint, reason text, detail text, digest text, sealed_payload text, reader text,
    read_at_ms bigint, rules_version int
  )
  ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS kept = ROW_COUNT;

  INSERT INTO duplicate_run (segment_id, agent, epoch, first_seq, last_seq, members, held_by)
  SELECT (ended ->> 'segment_id')::uuid, agent, epoch, first_seq, last_seq, decode(members, 'hex'), held_by
  FROM jsonb_to_recordset(ended -> 'duplicate_runs') AS run (
    agent text, epoch bigint, first_seq bigint, last_seq bigint, members text, held_by uuid
  )
  ON CONFLICT DO NOTHING;

  INSERT INTO audit_entry (id, actor_kind, actor_id, action, subject, bytes, leaf_hash)
  SELECT id, actor_kind, actor_id, action, subject, decode(bytes, 'hex'), decode(leaf_hash, 'hex')
  FROM jsonb_to_recordset(jsonb_build_array(entry) || COALESCE(ended -> 'more_entries', '[]')) AS entry_row (
    id uuid, actor_kind text, actor_id text, action text, subject text, bytes text, leaf_hash text
  )
  ON CONFLICT DO NOTHING;
  IF is_known THEN
    RETURN jsonb_build_object('outcome', 'known');
  END IF;
  RETURN jsonb_build_object('outcome', 'recorded', 'quarantined', kept);
END
$$;
