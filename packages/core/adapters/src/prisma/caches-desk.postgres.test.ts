import { generateKeyPairSync, randomBytes } from "node:crypto";
import { newEntry } from "@tapline/core/audit";
import { kidOf } from "@tapline/core/tap";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshDatabase } from "../../../../../tools/test-servers/index.ts";
import { KeyRing } from "../keys/index.ts";
import { FleetStore } from "./fleet/index.ts";
import { AgentDirectory, CachesDesk, connectPrisma, type PrismaClient, TrackerRegistry } from "./index.ts";

let prisma: PrismaClient;
/** Of those who keep what they read; it stands still but for the steps of a test. */
let nowEpochMs = 1_000_000;
const clock = () => nowEpochMs;
const ada = { actor: { kind: "operator", id: "ada" }, reason: "written by hand" } as const;

beforeAll(async () => {
  prisma = connectPrisma(await freshDatabase());
});
afterAll(() => prisma.$disconnect());

test("after a flush every process reads anew what it keeps, also what was written past it, and a dry run changes nothing", async () => {
  const [desk, trackers, ring] = [
    new CachesDesk(prisma, clock),
    new TrackerRegistry(prisma, clock),
    new KeyRing(prisma, clock),
  ];
  const [directory, fleet] = [new AgentDirectory(prisma, clock), new FleetStore(prisma)];
  const publicKey = generateKeyPairSync("ed25519")
    .publicKey.export({ format: "der", type: "spki" })
    .subarray(-32);
  const entry = newEntry(1, randomBytes, {
    ...ada,
    action: "tracker.enrolled",
    subject: "tracker/a",
    facts: {},
  });
  await trackers.enrol([{ id: "a", kid: kidOf(publicKey), publicKey }], entry);
  const revokedAt = async () => (await trackers.find(["a"])).get("a")?.revokedAtEpochMs;
  const [agents, plan, keys] = [
    (await directory.listed(null))?.mark ?? "",
    await fleet.mark(),
    await ring.read(),
  ];
  expect(await revokedAt()).toBeNull();

  // By hand, so that no mark moves: what is kept stands.
  await prisma.tracker.update({ where: { id: "a" }, data: { revokedAt: new Date(7) } });
  nowEpochMs += 5_000;
  expect(await revokedAt()).toBeNull();
  await desk.flush({ ...ada, dryRun: true });
  nowEpochMs += 5_000;
  expect(await revokedAt()).toBeNull();
  expect([await directory.listed(agents), await ring.read()]).toEqual([null, keys]);
  expect(await ring.read()).toBe(keys);

  await desk.flush(ada);
  nowEpochMs += 5_000;
  expect(await revokedAt()).toBe(7);
  expect(await directory.listed(agents)).not.toBeNull();
  expect(await fleet.mark()).not.toBe(plan);
  const again = await ring.read();
  expect([again, again === keys]).toEqual([keys, false]);
  const told = await prisma.auditEntry.findMany({ where: { action: "caches.flushed" } });
  expect(told.map(({ actorId, subject }) => [actorId, subject])).toEqual([["ada", "caches/all"]]);
});
