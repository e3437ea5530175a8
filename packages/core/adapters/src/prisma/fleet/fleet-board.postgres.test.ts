import { afterAll, beforeAll, expect, test } from "vitest";
import { freshDatabase } from "../../../../../../tools/test-servers/index.ts";
import { connectPrisma, type PrismaClient } from "../index.ts";
import { listFleetBoardSql } from "./fleet-board.ts";
import { FleetBoard } from "./index.ts";

let prisma: PrismaClient;
let board: FleetBoard;

beforeAll(async () => {
  prisma = connectPrisma(await freshDatabase());
  board = new FleetBoard(prisma, 10_000);
  await prisma.agent.createMany({
    data: ["gate-1", "gate-2", "gate-3"].map((id) => ({ id, site: "north" })),
  });
});
afterAll(() => prisma.$disconnect());

type PlanNode = {
  readonly "Relation Name"?: string;
  readonly "Actual Rows": number;
  readonly "Actual Loops": number;
  readonly "Rows Removed by Filter"?: number;
  readonly Plans?: readonly PlanNode[];
};

/** How many rows of the gap ledger a plan read. */
function gapsReadBy(plan: PlanNode): number {
  const rows =
    plan["Relation Name"] === "sequence_gap"
      ? (plan["Actual Rows"] + (plan["Rows Removed by Filter"] ?? 0)) * plan["Actual Loops"]
      : 0;
  return (plan.Plans ?? []).reduce((sum, below) => sum + gapsReadBy(below), rows);
}

async function gapsReadFor(ids: string[] | null): Promise<number> {
  const [row] = await prisma.$queryRawUnsafe<{ "QUERY PLAN": [{ Plan: PlanNode }] }[]>(
    `EXPLAIN (ANALYZE, FORMAT JSON) ${listFleetBoardSql}`,
    ...[ids, 10_001, null],
  );
  if (row === undefined) throw new Error("there is no plan");
  // Rows are told by loop, rounded.
  return Math.round(gapsReadBy(row["QUERY PLAN"][0].Plan));
}

test("of 200,000 closed gaps none is read to tell how many are open, and of very many open ones no more than are counted", async () => {
  await prisma.$executeRaw`
    INSERT INTO sequence_gap (scope, subject, epoch, first, last, opened_at, closed_at)
    SELECT 'agent', 'gate-1', 1, n * 10, n * 10 + 1, now(), CASE WHEN n > 3 THEN now() END FROM generate_series(1, 200003) AS n
    UNION ALL
    SELECT 'agent', 'gate-2', 1, n * 10, n * 10, now(), NULL FROM generate_series(1, 20000) AS n`;
  const read = async () => [await gapsReadFor(["gate-1"]), await gapsReadFor(null)];
  // They come before PostgreSQL has statistics of them.
  const before = await read();
  await prisma.$executeRaw`ANALYZE sequence_gap`;
  for (const [one, all] of [before, await read()]) {
    expect(one).toBe(3);
    expect(all).toBe(3 + 10_001);
  }
  const numbers = (await board.list()).map(({ id, gapNumbers }) => [id, gapNumbers]);
  expect(numbers).toEqual([
    ["gate-1", 6],
    ["gate-2", 10_001],
    ["gate-3", 0],
  ]);
});

test("news are those of so long ago, by the database's clock", async () => {
  await prisma.$executeRaw`
    INSERT INTO agent_report (agent, seen_at, epoch, next_seq, report)
    SELECT agent, clock_timestamp() - ago * interval '1 minute', 1, 1, '{}' FROM (VALUES ('gate-1', 1), ('gate-2', 30)) AS told (agent, ago)`;
  expect(await board.news(10 * 60_000)).toEqual(["gate-1"]);
  expect((await board.news(60 * 60_000)).toSorted()).toEqual(["gate-1", "gate-2"]);
});

test("agents are online by three intervals of their own reports; who was only invited, or is revoked, is not counted", async () => {
  // gate-1 was heard of a minute ago, gate-2 half an hour ago, and gate-3 never.
  expect(await board.count()).toEqual({ known: 2, online: 1 });
  await prisma.$executeRaw`INSERT INTO config_revision (revision, settings, reason, made_by) VALUES (7, '{"reportEveryMs": 900000}', 'a test', 'ada')`;
  await prisma.$executeRaw`UPDATE agent_report SET report = '{"configRevision": 7}' WHERE agent = 'gate-2'`;
  expect(await board.count()).toEqual({ known: 2, online: 2 });
  await prisma.agent.update({ where: { id: "gate-2" }, data: { revokedAt: new Date() } });
  await prisma.agent.update({ where: { id: "gate-3" }, data: { enrolledAt: new Date() } });
  expect(await board.count()).toEqual({ known: 2, online: 1 });
});
