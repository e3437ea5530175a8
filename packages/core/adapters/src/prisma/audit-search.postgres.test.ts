import { freshDatabase } from "@tapline/tools/test-servers";
import { expect, onTestFinished, test } from "vitest";
import {
  AuditEntries,
  connectPrisma,
  type EntryFilter,
  LogRows,
  type RowsFrom,
  type RowsPage,
} from "./index.ts";

/** More than there are connections, and no more than may wait. */
const searches = 12;

/** Each a search that no index helps. */
const wishes: readonly EntryFilter[] = [{ text: "x" }, { action: "key.changed", actorId: "transfer" }];

test.each(wishes)("whoever searches the log by %o leaves connections to all others", async (wish) => {
  const url = await freshDatabase();
  const [prisma, holder] = [connectPrisma(url), connectPrisma(url)];
  onTestFinished(async () => {
    await Promise.all([prisma.$disconnect(), holder.$disconnect()]);
  });
  const entries = new AuditEntries(prisma);
  const ends = await holder.$transaction(
    async (tx) => {
      // A search that does not come to an end by itself.
      await tx.$executeRaw`LOCK TABLE audit_entry IN ACCESS EXCLUSIVE MODE`;
      const asked = Array.from({ length: searches }, () => entries.page(wish, 10).then(() => "search"));
      const ended = Promise.allSettled(asked);
      const other = prisma.$transaction((own) => own.user.count()).then(() => "another one");
      const first = await Promise.race([other, ...asked.map((one) => one.catch(() => "search"))]);
      return { first, ended };
    },
    { timeout: 60_000 },
  );
  expect(ends.first).toBe("another one");
  await ends.ended;
});

test("a search of a large log hands over what it found in time, goes on from there, and misses nothing", async () => {
  const url = await freshDatabase();
  const prisma = connectPrisma(url);
  onTestFinished(() => prisma.$disconnect());
  // Many stretches of a search, in two moments, so that ids alone tell entries of one from each other.
  await prisma.$executeRaw`
    INSERT INTO audit_entry (id, recorded_at, actor_kind, actor_id, action, subject, bytes, leaf_hash)
    SELECT id, at, 'job', 'transfer', 'segment.archived', 'segment/' || n, bytes, sha256('\\x00'::bytea || bytes)
    FROM (
      SELECT n, ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS id,
             timestamptz '2026-01-01' + (n / 40000) * interval '1 ms' AS at,
             convert_to(CASE WHEN n % 25000 = 7 THEN 'Needle ' ELSE 'hay ' END || n, 'UTF8') AS bytes
      FROM generate_series(0, 69999) AS n
    ) AS made`;
  const rows = new LogRows(prisma);
  const idOf = (n: number) => `01900000-0000-7000-8000-${n.toString(16).padStart(12, "0")}`;
  // However busy the machine is, and so however often a page ends before it has found enough.
  const walk = async (
    direction: "older" | "newer",
    begin: RowsFrom,
    filter: EntryFilter = { text: "needle", actorId: "transfer" },
  ): Promise<string[]> => {
    const found: string[] = [];
    for (let from = begin; ; ) {
      const page: RowsPage = await rows.page(filter, 2, from);
      found.push(...(direction === "older" ? page.rows : page.rows.toReversed()).map(({ id }) => id));
      if (!page.hasMore) return found;
      const last = direction === "older" ? page.rows.at(-1) : page.rows[0];
      from = { is: direction, than: page.searchedTo ?? last ?? oldest };
    }
  };
  const oldest = { id: "00000000-0000-0000-0000-000000000000", recordedAtEpochMs: 0 };
  expect(await walk("older", { is: "newest" })).toEqual([50_007, 25_007, 7].map(idOf));
  expect(await walk("newer", { is: "newer", than: oldest })).toEqual([7, 25_007, 50_007].map(idOf));
  // What is two things at once no index finds either.
  await prisma.$executeRaw`
    INSERT INTO audit_entry (id, recorded_at, actor_kind, actor_id, action, subject, bytes, leaf_hash)
    SELECT ('01900000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid, timestamptz '2026-01-01', 'job',
           CASE n WHEN 4321 THEN 'transfer' ELSE 'audit' END, 'key.changed', 'key/' || n, convert_to('hay', 'UTF8'), sha256('\\x00686179'::bytea)
    FROM generate_series(1, 20000) AS n`;
  const both = { actorId: "transfer", action: "key.changed" };
  const only = ["01900000-0000-7000-9000-0000000010e1"];
  expect(await walk("older", { is: "newest" }, both)).toEqual(only);
  expect(await walk("newer", { is: "newer", than: oldest }, { ...both, subject: "key" })).toEqual(only);
  expect(await rows.count(both, null, 10)).toBe(0);
}, 120_000);
