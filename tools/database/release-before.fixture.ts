import type pg from "pg";

type Both = readonly [before: pg.Client, now: pg.Client];

/** Something that worked on the database of the release before and does not on another one. */
export type Break = Readonly<{ of: string; why: string }>;

type Column = Readonly<{
  relation: string;
  isView: boolean;
  name: string;
  /** Without a length or precision, and with it. */
  type: string;
  fullType: string;
  labels: readonly string[];
  isNotNull: boolean;
  hasDefault: boolean;
  isComputed: boolean;
  /** Marked as changed, and still there: it is given in the usual way, and nothing else of it is tried. */
  isMarked?: boolean;
}>;

/** Something that may refuse a row, the same on both sides where all of it is alike. */
type Guard = Readonly<{ relation: string; name: string; form: string; kind: string; leave: string }>;

const columnsSql = `
  SELECT c.relname AS relation, c.relkind = 'v' AS "isView", a.attname AS name, a.attnotnull AS "isNotNull",
    format_type(a.atttypid, NULL) AS type, format_type(a.atttypid, a.atttypmod) AS "fullType",
    ARRAY(SELECT enumlabel::text FROM pg_enum WHERE enumtypid = a.atttypid ORDER BY enumsortorder) AS labels,
    a.atthasdef OR a.attidentity <> '' AS "hasDefault", a.attgenerated <> '' OR a.attidentity = 'a' AS "isComputed"
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
    AND c.relname <> '_prisma_migrations'
  ORDER BY c.relname, a.attnum`;

/** Foreign keys first: what they refer to can be left out after them. */
const guardsSql = `
  SELECT * FROM (SELECT (SELECT relname FROM pg_class WHERE oid = conrelid)::text AS relation, conname AS name, pg_get_constraintdef(oid) AS form, contype::text AS kind,
    format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS leave
  FROM pg_constraint
  WHERE connamespace = current_schema()::regnamespace AND contype IN ('c', 'u', 'p', 'f', 'x') AND conrelid <> 0 AND conparentid = 0
  UNION ALL
  SELECT (SELECT relname FROM pg_class WHERE oid = indrelid)::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid), 'i', format('DROP INDEX %s', indexrelid::regclass)
  FROM pg_index JOIN pg_class c ON c.oid = indexrelid
  WHERE indisunique AND c.relnamespace = current_schema()::regnamespace AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
  UNION ALL
  SELECT c.relname::text, tgname, pg_get_triggerdef(t.oid) || prosrc, 't',
    format('ALTER TABLE %s DISABLE TRIGGER %I', tgrelid::regclass, tgname)
  FROM pg_trigger t JOIN pg_proc p ON p.oid = tgfoid JOIN pg_class c ON c.oid = tgrelid
  WHERE NOT tgisinternal AND c.relnamespace = current_schema()::regnamespace
  ) guard ORDER BY kind = 'f' DESC, relation, name`;

/** By what a writer names the row that may stand there already: ON CONFLICT. */
const targetsSql = `
  SELECT (SELECT relname FROM pg_class WHERE oid = indrelid)::text AS relation,
    (SELECT string_agg(pg_get_indexdef(indexrelid, n, true), ', ' ORDER BY n) FROM generate_series(1, indnkeyatts) n) AS keys,
    pg_get_expr(indpred, indrelid) AS only
  FROM pg_index JOIN pg_class c ON c.oid = indrelid
  WHERE indisunique AND c.relnamespace = current_schema()::regnamespace AND c.relname <> '_prisma_migrations'`;

const callablesSql = `
  SELECT format('function %s(%s) returns %s', proname, pg_get_function_identity_arguments(oid), pg_get_function_result(oid)) AS name
  FROM pg_proc WHERE pronamespace = current_schema()::regnamespace AND prorettype <> 'trigger'::regtype
  UNION ALL
  SELECT format('sequence %s', relname) FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'S'`;

const refusalSql = `
  CREATE FUNCTION pg_temp.refusal(statement text) RETURNS text LANGUAGE plpgsql AS $$
  BEGIN
    EXECUTE statement;
    RETURN NULL;
  EXCEPTION WHEN OTHERS THEN
    RETURN SQLERRM;
  END $$`;

export type Trial = Readonly<{
  /** SQL that the second database gets first. */
  change?: string;
  /** Statements of migrations that take away what the release before does not use. */
  marked?: readonly string[];
  /** Tables to try; without it: all. */
  only?: readonly string[];
}>;

/**
 * Does on both databases what a release of `before` may do: reads, inserts, updates and deletes in each of its tables, with the least and the
 * largest values that it may write. What both sides hold alike (keys, checks, triggers) is left out on both, so that whatever fits
 * the columns is a row, and only what is new can refuse it. Nothing of it is kept.
 */
export async function findBreaks(
  before: pg.Client,
  now: pg.Client,
  { change, marked = [], only }: Trial = {},
): Promise<Break[]> {
  const both: Both = [before, now];
  await Promise.all(both.map((client) => client.query("BEGIN")));
  try {
    if (change !== undefined) await now.query(change);
    await Promise.all(both.map((client) => client.query(refusalSql)));
    const isMarked = (name: string): boolean => names(marked, name);
    const present = new Map((await rows<Column>(now, columnsSql)).map((column) => [nameOf(column), column]));
    const ofColumns = marked.filter((statement) => !/\bADD CONSTRAINT\b/i.test(statement));
    const columns = (await rows<Column>(before, columnsSql))
      .filter(({ relation }) => only?.includes(relation) ?? !marked.some((one) => drops(one, relation)))
      .map((column) => ({ ...column, isMarked: names(ofColumns, column.relation, column.name) }))
      .filter((column) => !column.isMarked || present.has(nameOf(column)));
    const found = await compare(both, await conflictTargets(before, columns));
    const literals = await levelGuards(both, isMarked);
    found.push(...unlikeColumns(columns, present), ...(await goneCallables(both, isMarked)));
    for (const own of Map.groupBy(columns, ({ relation }) => relation).values())
      found.push(...(await compare(both, statementsOf(own, literals))));
    return found;
  } finally {
    await Promise.all(both.map((client) => client.query("ROLLBACK")));
  }
}

/** Whether one of the statements has all of the words in it, as names are written. */
const names = (statements: readonly string[], ...words: string[]): boolean =>
  statements.some((statement) => words.every((word) => statement.includes(`"${word}"`)));

const drops = (statement: string, relation: string): boolean =>
  /^DROP (TABLE|VIEW)/i.test(statement) && names([statement], relation);

async function rows<Row>(client: pg.Client, sql: string): Promise<Row[]> {
  return (await client.query(sql)).rows as Row[];
}

/** Runs each by itself. @returns why it was refused; null: it worked */
async function refusals(client: pg.Client, statements: readonly string[]): Promise<(string | null)[]> {
  const sql = "SELECT pg_temp.refusal(s) AS refusal FROM unnest($1::text[]) s";
  const { rows: told } = await client.query<{ refusal: string | null }>(sql, [statements]);
  return told.map(({ refusal }) => refusal);
}

type Statement = Readonly<{ of: string; sql: string; isBase?: boolean }>;

/** What works on the first and not on the second. @throws where no row is known that a table may have */
async function compare(both: Both, statements: readonly Statement[]): Promise<Break[]> {
  const sql = statements.map((statement) => statement.sql);
  const [worked = [], works = []] = await Promise.all(both.map((client) => refusals(client, sql)));
  const unknown = statements.findIndex(({ isBase }, n) => isBase === true && worked[n] !== null);
  if (unknown >= 0) throw new Error(`no row fits ${statements[unknown]?.of}: ${worked[unknown]}`);
  const breaks = statements.flatMap(({ of }, n) => {
    const why = works[n] ?? null;
    return worked[n] === null && why !== null ? [{ of, why }] : [];
  });
  return [...new Map(breaks.map((one) => [`${one.of} ${one.why}`, one])).values()];
}

/**
 * Leaves out on both sides what is there alike, as far as nothing else needs it, and of the second what is marked.
 * @returns strings that checks name which are not alike: values that such a column may have
 */
async function levelGuards(both: Both, isMarked: (name: string) => boolean): Promise<string[]> {
  const [before = [], now = []] = await Promise.all(both.map((client) => rows<Guard>(client, guardsSql)));
  const keyOf = ({ relation, name, form }: Guard): string => [relation, name, form].join(" ");
  const present = new Set(now.map(keyOf));
  const alike = before.filter((guard) => present.has(keyOf(guard))).map(({ leave }) => leave);
  const left = await refusals(both[1], alike);
  await refusals(
    both[0],
    alike.filter((_, n) => left[n] === null),
  );
  const known = new Set(before.map(keyOf));
  const marked = now.filter((guard) => isMarked(guard.name) && !known.has(keyOf(guard)));
  await refusals(
    both[1],
    marked.map(({ leave }) => leave),
  );
  return before
    .filter((guard) => !present.has(keyOf(guard)))
    .flatMap(({ form }) => [...form.matchAll(/'((?:[^']|'')*)'::text/g)].map(([, value]) => value ?? ""));
}

async function conflictTargets(before: pg.Client, columns: readonly Column[]): Promise<Statement[]> {
  const targets = await rows<{ relation: string; keys: string; only: string | null }>(before, targetsSql);
  return targets.flatMap(({ relation, keys, only }) => {
    const own = columns.filter((column) => column.relation === relation);
    if (own.length === 0) return [];
    const where = only === null ? "" : ` WHERE ${only}`;
    const sql = `EXPLAIN ${insert(own, new Map())} ON CONFLICT (${keys})${where} DO NOTHING`;
    return [{ of: `${relation} by ${keys}`, sql }];
  });
}

/** What who reads gets in another form, or without a value. What is gone shows where it is read. */
function unlikeColumns(columns: readonly Column[], present: ReadonlyMap<string, Column>): Break[] {
  return columns.flatMap((column) => {
    if (column.isMarked) return [];
    const { type, isNotNull } = present.get(nameOf(column)) ?? column;
    const of = nameOf(column);
    if (type !== column.type) return [{ of, why: `read as ${type}, not as ${column.type}` }];
    return column.isNotNull && !isNotNull ? [{ of, why: "rows without it may be read" }] : [];
  });
}

async function goneCallables([before, now]: Both, isMarked: (name: string) => boolean): Promise<Break[]> {
  const present = (await rows<{ name: string }>(now, callablesSql)).map(({ name }) => name);
  return (await rows<{ name: string }>(before, callablesSql))
    .filter(({ name }) => !present.includes(name) && !isMarked(name.split(/[ (]/)[1] ?? ""))
    .map(({ name }) => ({ of: name, why: "it is gone" }));
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const nameOf = ({ relation, name }: Column): string => `${relation}.${name}`;

/** Reads each column, writes each of its values into a row that has no more than it must, twice, changes it, and removes all. */
function statementsOf(columns: readonly Column[], literals: readonly string[]): Statement[] {
  const [{ relation, isView } = { relation: "", isView: true }] = columns;
  const reads = columns.map((column) => ({
    of: nameOf(column),
    sql: `SELECT ${quoted(column.name)} FROM ${quoted(relation)}`,
  }));
  if (isView) return reads;
  const least = insert(columns, new Map(), literals);
  const written = columns.filter(({ isComputed, isMarked }) => !isComputed && !isMarked);
  const clear = `DELETE FROM ${quoted(relation)}`;
  const writes = written.flatMap((column) =>
    valuesOf(column, literals).flatMap((value) => {
      const sql = insert(columns, new Map([[column.name, value]]), literals);
      const change = `UPDATE ${quoted(relation)} SET ${quoted(column.name)} = ${value}`;
      return [sql, sql, change, clear].map((each) => ({ of: nameOf(column), sql: each }));
    }),
  );
  const all = insert(
    columns,
    new Map(written.map((column) => [column.name, valuesOf(column, literals).at(-1) ?? "NULL"])),
  );
  return [
    ...reads,
    { of: relation, sql: least, isBase: true },
    { of: relation, sql: all },
    { of: relation, sql: clear },
    ...writes,
  ];
}

function insert(
  columns: readonly Column[],
  values: ReadonlyMap<string, string>,
  literals: readonly string[] = [],
): string {
  const relation = quoted(columns[0]?.relation ?? "");
  const written = columns.filter(
    ({ name, isNotNull, hasDefault, isComputed, isMarked }) =>
      !isComputed && (values.has(name) || isMarked || (isNotNull && !hasDefault)),
  );
  if (written.length === 0) return `INSERT INTO ${relation} DEFAULT VALUES`;
  const given = written.map((column) => values.get(column.name) ?? valuesOf(column, literals)[0]);
  return `INSERT INTO ${relation} (${written.map(({ name }) => quoted(name)).join(", ")}) VALUES (${given.join(", ")})`;
}

const known: Readonly<Record<string, readonly string[]>> = {
  smallint: ["1", "0", "-32768", "32767"],
  integer: ["1", "0", "-2147483648", "2147483647"],
  bigint: ["1", "0", "-9223372036854775808", "9223372036854775807"],
  "double precision": ["1", "0", "-1e300", "1e300"],
  boolean: ["true", "false"],
  text: ["x", "", "x".repeat(5_000)],
  // A cast cuts it to its length.
  "character varying": ["x", "", "x".repeat(5_000)],
  bytea: ["\\x00", "", `\\x${"00".repeat(5_000)}`],
  uuid: ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"],
  jsonb: ["{}", "[]", "null", '"x"'],
  "timestamp with time zone": ["1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z"],
  date: ["1970-01-01", "0001-01-01", "9999-12-31"],
};

/** The usual one first, the largest last; nothing, where that is allowed, before it. */
function valuesOf(column: Column, literals: readonly string[]): string[] {
  const { type, fullType, labels, isNotNull } = column;
  const values = labels.length > 0 ? labels : type.endsWith("[]") ? ["{}"] : known[type];
  if (values === undefined) throw new Error(`say which values ${nameOf(column)} may have, which is ${type}`);
  const named = type === "text" ? literals : [];
  const [usual, ...others] = [...named.map((value) => value.replaceAll("''", "'")), ...values].map(
    (value) => `'${value.replaceAll("'", "''")}'::${fullType}`,
  );
  return [usual ?? "NULL", ...(isNotNull ? [] : ["NULL"]), ...others];
}
