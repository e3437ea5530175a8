import { messageOf, TaplineError } from "@tapline/core/kernel";
import { conditions, type EntryFilter } from "./entry-queries.ts";
import { FewAtOnce } from "./few-at-once.ts";
import { Prisma, type PrismaClient } from "./generated/client.ts";

/** Where an entry stands among the others. */
export type EntrySpot = { readonly id: string; readonly recordedAtEpochMs: number };

/** `searchedTo`: a search took its time, has come so far, and goes on behind it; null: all was searched, or enough was found. */
export type Found<Row> = { readonly rows: Row[]; readonly searchedTo: EntrySpot | null };

export type EntryWish = {
  readonly filter: EntryFilter;
  /** Where it begins. */
  readonly begin: readonly Prisma.Sql[];
  /** Newest first, or oldest first. */
  readonly order: "DESC" | "ASC";
  readonly limit: number;
  /** `SELECT … FROM … `, up to what is demanded of rows. */
  readonly select: Prisma.Sql;
  /** The person who asks; null: a command. */
  readonly who: string | null;
};

type SpotRow = { readonly id: string; readonly recorded_at: Date };

/** How long one statement of a search may take, which no index helps. */
const statementMs = 5_000;
/** So many entries are searched by one statement: some tens of milliseconds, on a busy machine a second. */
const entriesPerStretch = 5_000;
/** Whoever waits hears so soon what was found, ms. */
const answerAfterMs = 1_500;

/**
 * Each search holds a connection all that time: so few at once leave the others to those who do something else. Nobody fills all places
 * alone, nor do two.
 */
const searches = new FewAtOnce(3, 12, 7);
const tooManySearches = () =>
  new TaplineError("overloaded", "the log is searched too often at once", {
    remedy: "ask again in some seconds, or filter by time, or by one of action, actor and subject alone",
    facts: { retryAfterMs: answerAfterMs },
  });

/**
 * Whether no index leads to the entries: one of a text, or of two things at once. Entries with each of these there may be millions of, and
 * none with both.
 */
function isSearch({ text, subject, actorId, action }: EntryFilter): boolean {
  return text != null || [subject, actorId, action].filter((one) => one != null).length > 1;
}

/** What an index finds of it: entries by one of the things that are named, the one of which there are fewest as a rule. */
function indexed(filter: EntryFilter): EntryFilter {
  const { subject, actorId, action } = filter;
  const span = { ...filter, text: null, subject: null, actorId: null, action: null };
  if (subject?.includes("/") === true) return { ...span, subject };
  if (actorId != null) return { ...span, actorId };
  return subject == null ? { ...span, action: action ?? null } : { ...span, subject };
}

/**
 * The first entries that fit, in order. Where a text is searched, or what is two things at once, that is done stretch by stretch, so that
 * millions of entries hold nobody up: whoever asks goes on from `searchedTo`.
 * @throws TaplineError `overloaded` where too many search at once, or one stretch takes too long
 */
export async function findInOrder<Row extends SpotRow>(
  prisma: PrismaClient,
  wish: EntryWish,
): Promise<Found<Row>> {
  if (isSearch(wish.filter))
    return await searches.run(() => walk<Row>(prisma, wish), tooManySearches, wish.who);
  return { rows: await prisma.$queryRaw<Row[]>(rowsOf(wish, wish.begin, wish.limit)), searchedTo: null };
}

async function walk<Row extends SpotRow>(prisma: PrismaClient, wish: EntryWish): Promise<Found<Row>> {
  const startedAt = performance.now();
  const rows: Row[] = [];
  let from = wish.begin;
  for (;;) {
    const [edge] = await bounded<SpotRow>(prisma, edgeOf(wish, from));
    const stretch = edge === undefined ? from : [...from, upTo(edge, wish.order)];
    rows.push(...(await bounded<Row>(prisma, rowsOf(wish, stretch, wish.limit - rows.length))));
    if (edge === undefined || rows.length >= wish.limit) return { rows, searchedTo: null };
    if (performance.now() - startedAt >= answerAfterMs)
      return { rows, searchedTo: { id: edge.id, recordedAtEpochMs: edge.recorded_at.getTime() } };
    from = [behind(edge, wish.order)];
  }
}

/** How many entries a query counts, which searches or not. @throws TaplineError `overloaded` where it searches too many entries, or too many search at once */
export async function search<Row>(
  prisma: PrismaClient,
  { filter, who }: Pick<EntryWish, "filter" | "who">,
  query: Prisma.Sql,
): Promise<Row[]> {
  if (!isSearch(filter)) return await prisma.$queryRaw<Row[]>(query);
  return await searches.run(() => bounded<Row>(prisma, query), tooManySearches, who);
}

function rowsOf(
  { filter, order, select }: EntryWish,
  from: readonly Prisma.Sql[],
  limit: number,
): Prisma.Sql {
  const where = Prisma.join([Prisma.sql`TRUE`, ...conditions(filter), ...from], " AND ");
  return Prisma.sql`${select} WHERE ${where} ${ordered(order)} LIMIT ${limit}`;
}

/** The last entry of a stretch by what an index finds; none where fewer are left. */
function edgeOf({ filter, order }: EntryWish, from: readonly Prisma.Sql[]): Prisma.Sql {
  const others = conditions(indexed(filter));
  return Prisma.sql`
    SELECT id::text, recorded_at FROM audit_entry WHERE ${Prisma.join([Prisma.sql`TRUE`, ...others, ...from], " AND ")}
    ${ordered(order)} OFFSET ${entriesPerStretch - 1} LIMIT 1`;
}

/** By the table's columns, so that an index has them in order: what is selected as `id` is a text. */
const ordered = (order: EntryWish["order"]): Prisma.Sql =>
  order === "DESC"
    ? Prisma.sql`ORDER BY audit_entry.recorded_at DESC, audit_entry.id DESC`
    : Prisma.sql`ORDER BY audit_entry.recorded_at ASC, audit_entry.id ASC`;

const spotOf = ({ id, recorded_at: at }: SpotRow): Prisma.Sql => Prisma.sql`(${at}, ${id}::uuid)`;

/** What comes after a row in that order. */
const behind = (row: SpotRow, order: EntryWish["order"]): Prisma.Sql =>
  order === "DESC"
    ? Prisma.sql`(recorded_at, id) < ${spotOf(row)}`
    : Prisma.sql`(recorded_at, id) > ${spotOf(row)}`;

/** What comes before it, and the row itself. Not the other one with NOT before it: that no index bounds. */
const upTo = (row: SpotRow, order: EntryWish["order"]): Prisma.Sql =>
  order === "DESC"
    ? Prisma.sql`(recorded_at, id) >= ${spotOf(row)}`
    : Prisma.sql`(recorded_at, id) <= ${spotOf(row)}`;

async function bounded<Row>(prisma: PrismaClient, query: Prisma.Sql): Promise<Row[]> {
  try {
    return await prisma.$transaction(
      async (tx) => {
        await tx.$executeRawUnsafe(`SET LOCAL statement_timeout = ${statementMs}`);
        return await tx.$queryRaw<Row[]>(query);
      },
      { timeout: 2 * statementMs },
    );
  } catch (cause) {
    if (!messageOf(cause).includes("statement timeout")) throw cause;
    throw new TaplineError("overloaded", `searching the log took more than ${statementMs / 1000} s`, {
      remedy: "narrow it by time",
      cause,
    });
  }
}
