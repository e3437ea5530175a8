-- By what the role of this connection could rewrite the audit log, or leave entries out of it.
-- Returns: one row for each reason; none where it can only add to the log.
WITH log AS (
  SELECT c.oid, c.relname, c.relowner
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = current_schema() AND c.relkind = 'r'
    AND c.relname IN ('audit_entry', 'audit_erasable', 'audit_pending', 'audit_leaf', 'audit_node', 'audit_head')
)
SELECT 'it is a superuser' AS why FROM pg_roles WHERE rolname = current_user AND rolsuper
UNION ALL
SELECT DISTINCT format('it may act as %s, who owns the log''s tables', relowner::regrole)
FROM log WHERE pg_has_role(current_user, relowner, 'MEMBER')
UNION ALL
SELECT format('it may act as %s, who owns the schema %I', nspowner::regrole, nspname)
FROM pg_namespace WHERE nspname = current_schema() AND pg_has_role(current_user, nspowner, 'MEMBER')
UNION ALL
-- Functions with the owner's rights look there, and take what fits their arguments better than PostgreSQL's own.
SELECT format('it may make functions and operators in the schema %I', nspname)
FROM pg_namespace
WHERE nspname = current_schema() AND has_schema_privilege(current_user, oid, 'CREATE') AND NOT pg_has_role(current_user, nspowner, 'MEMBER')
UNION ALL
SELECT format('it may act as %s', rolname)
FROM pg_roles
WHERE rolname IN ('pg_write_server_files', 'pg_execute_server_program') AND pg_has_role(current_user, oid, 'MEMBER')
UNION ALL
SELECT 'it may make itself a member of other roles'
FROM pg_roles
WHERE rolname = current_user AND rolcreaterole AND current_setting('server_version_num')::int < 160000
UNION ALL
SELECT format('it may change or empty %s', relname)
FROM log
WHERE has_table_privilege(oid, 'DELETE, TRUNCATE, TRIGGER')
  OR (relname <> 'audit_head' AND has_any_column_privilege(oid, 'UPDATE'))
UNION ALL
SELECT format('it may write into %s', relname)
FROM log
WHERE relname IN ('audit_pending', 'audit_leaf', 'audit_node') AND has_any_column_privilege(oid, 'INSERT')
UNION ALL
SELECT format('it may call %s', p.oid::regprocedure)
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = current_schema() AND p.proname = 'note_pending_audit' AND has_function_privilege(p.oid, 'EXECUTE')
