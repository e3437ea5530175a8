-- For tests: lets no transaction of the services end that changed a table below and wrote no audit entry.
CREATE FUNCTION note_recorded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('tapline.recorded', 'yes', true);
  RETURN NULL;
END;
$$;

CREATE TRIGGER recorded AFTER INSERT ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION note_recorded();

CREATE FUNCTION refuse_unrecorded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('tapline.recorded', true) IS DISTINCT FROM 'yes' THEN
    RAISE EXCEPTION '% on % without an audit entry', TG_OP, TG_TABLE_NAME;
  END IF;
  RETURN NULL;
END;
$$;

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY[
    'tracker', 'agent', 'agent_token', 'agent_certificate', 'config_revision', 'rollout', 'archive_hold', 'archive_key',
    'validation_release', 'segment', 'segment_copy', 'gap_statement', 'site_statement', 'quarantined_tap', 'user', 'account',
    'alert', 'alert_rule_release', 'noops_rule_set', 'noops_switch'
  ] LOOP
    EXECUTE format(
      'CREATE CONSTRAINT TRIGGER unrecorded AFTER INSERT OR UPDATE OR DELETE ON %I DEFERRABLE INITIALLY DEFERRED '
      'FOR EACH ROW EXECUTE FUNCTION refuse_unrecorded()', name
    );
  END LOOP;
END;
$$;
