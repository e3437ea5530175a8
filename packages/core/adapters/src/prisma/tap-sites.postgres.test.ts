import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshDatabase, serviceOf } from "../../../../../tools/test-servers/index.ts";
import { connectPrisma } from "./connect.ts";
import type { PrismaClient } from "./generated/client.ts";
import { TapSites } from "./tap-sites.ts";

/** More than the parameters that one statement of PostgreSQL takes. */
const fleetSize = 70_000;
const [ours, theirs, shared, none] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];

let owner: PrismaClient;
let prisma: PrismaClient;
let sites: TapSites;

beforeAll(async () => {
  const databaseUrl = await freshDatabase();
  owner = connectPrisma(databaseUrl);
  prisma = connectPrisma(serviceOf(databaseUrl, "web"));
  sites = new TapSites(prisma);
  await owner.$transaction(async (tx) => {
    // Runs alone, without the segments that they are of.
    await tx.$executeRaw`SET LOCAL session_replication_role = replica`;
    await tx.$executeRaw`
      INSERT INTO agent (id, site) SELECT 'gate-' || i, CASE WHEN i % 2 = 0 THEN 'north' ELSE 'south' END
      FROM generate_series(1, ${2 * fleetSize}::int) AS i`;
    for (const [segmentId, agents] of [
      [ours, ["gate-2", "gate-4"]],
      [theirs, ["gate-1"]],
      [shared, ["gate-2", "gate-1"]],
    ] as const)
      for (const agent of agents)
        await tx.agentRun.create({
          data: { segmentId, agent, epoch: 1n, firstSeq: 1n, lastSeq: 1n, members: new Uint8Array([1]) },
        });
  });
});
afterAll(async () => {
  await prisma.$disconnect();
  await owner.$disconnect();
});

test("whose a segment is, is known of a fleet of any size", async () => {
  expect(await sites.agentsOf(["north"])).toHaveLength(fleetSize);
  const isOurs = async (segment: string) => await sites.isSegmentOf(segment, ["north"]);
  expect(await Promise.all([ours, theirs, shared, none].map(isOurs))).toEqual([true, false, false, false]);
  expect(await sites.isSegmentOf(shared, ["north", "south"])).toBe(true);
  expect(await sites.isSegmentOf(ours, [])).toBe(false);
  expect(await sites.isSegmentOf(none, null)).toBe(true);
});
