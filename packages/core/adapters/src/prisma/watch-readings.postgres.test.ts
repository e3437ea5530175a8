import type { AgentReport } from "@tapline/core/tap";
import { freshDatabase } from "@tapline/tools/test-servers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectPrisma } from "./connect.ts";
import { FleetStore } from "./fleet/fleet-store.ts";
import type { PrismaClient } from "./generated/client.ts";
import { WatchReadings } from "./watch-readings.ts";

let prisma: PrismaClient;

beforeAll(async () => {
  prisma = connectPrisma(await freshDatabase());
});
afterAll(() => prisma.$disconnect());

const reportOf = (configRevision: number): AgentReport => ({
  ...{ version: "1.0.0", platform: "linux-x64", startedAtEpochMs: 1, configRevision, link: "grpc" },
  ...{ clockSkewMs: 0, paused: null, readers: {}, certificateEndsAtEpochMs: null },
  outbox: { epoch: 1, nextSeq: 1, taps: 0, bytes: 0, oldestAgeMs: 0 },
});

test("agents are read with how often they report by the settings that they say are in force", async () => {
  const enrolledAt = new Date(1);
  const ids = ["told", "untold", "ahead", "silent"];
  await prisma.agent.createMany({ data: [...ids.map((id) => ({ id, enrolledAt })), { id: "invited" }] });
  await prisma.configRevision.createMany({
    data: [
      { revision: 1, settings: { reportEveryMs: 600_000 }, madeBy: "ada", reason: "a slow line" },
      { revision: 2, settings: { buzzer: false }, madeBy: "ada", reason: "too loud" },
    ],
  });
  await new FleetStore(prisma).keepReports(
    [1, 2, 9].map((revision, at) => ({
      ...{ agent: ids[at] ?? "", report: reportOf(revision), seenAtEpochMs: 1_000 },
    })),
  );
  const { fleet } = await new WatchReadings(prisma).read();
  const everyMs = new Map(fleet.map(({ agent, last }) => [agent, last?.reportEveryMs ?? null]));
  expect(everyMs).toEqual(
    new Map(Object.entries({ told: 600_000, untold: null, ahead: null, silent: null })),
  );
  expect(fleet.find(({ agent }) => agent === "silent")?.last).toBeNull();
});
