import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KeyDesk, KeyRequests, KeyRing } from "@tapline/adapters/keys";
import {
  ArchiveIndex,
  CachesDesk,
  ClosedArchives,
  connectPrisma,
  type PrismaClient,
  ReleaseDesk,
  RulesDesk,
  TapHolders,
} from "@tapline/adapters/prisma";
import { leaseCheck, NoopsLease, NoopsLog, NoopsRulesDesk } from "@tapline/adapters/prisma/noops";
import { issueHierarchy, readRingKey } from "@tapline/core/encryption";
import { type HouseAct, noopsRulesFormat, parseNoopsRules } from "@tapline/core/noops";
import { defaultRules } from "@tapline/core/validation";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshDatabase } from "../../../../tools/test-servers/index.ts";
import { scaleUp } from "../roles/noops.fixture.ts";
import { Coordinator } from "./coordinator.ts";
import { EvidenceGatherer } from "./gather-evidence.ts";
import { actInHouse, type HouseParts } from "./house-hands.ts";

const archive = "second";
const hourMs = 3_600_000;
const nothing = () => Promise.reject(new Error("not in this test"));
const by = { actor: { kind: "operator", id: "ada" }, reason: "ada wants it" } as const;

let prisma: PrismaClient;
let folder: string;
let house: HouseParts;
/** Lives of the buffer that were ended in Redis. */
const ended: string[] = [];

beforeAll(async () => {
  prisma = connectPrisma(await freshDatabase());
  const [keys, rules] = [new KeyDesk(prisma, Date.now), new RulesDesk(prisma, Date.now)];
  const releases = new ReleaseDesk(prisma, Date.now);
  const closed = new ClosedArchives(prisma);
  folder = await mkdtemp(join(tmpdir(), "tapline-fenced-"));
  const buffer = {
    generation: async () => "life",
    backlog: async () => ({ taps: 1, frameBytes: 1, resultBytes: 0 }) as never,
    openSegments: async () => [],
    endLife: async (life: string) => ended.push(life) > 0,
  };
  const nobody = { runs: async () => ({ runs: [], unnamed: 0 }), set: async () => undefined };
  const [bar, holders] = [{ ...nobody, lift: async () => undefined }, new TapHolders(prisma)];
  house = {
    ...{
      flush: { buffer, bar, index: new ArchiveIndex(prisma), holders, clock: Date.now },
      keys,
      releases,
      rules,
      closed,
      leaseCheck,
    },
    ...{
      keyRequests: new KeyRequests(prisma, Date.now),
      caches: new CachesDesk(prisma, Date.now),
      pkiFolder: folder,
      clock: Date.now,
    },
  };
  const files = await issueHierarchy({ nowEpochMs: Date.now(), organisation: "T", agents: [], hosts: [] });
  for (const [name, { pem }] of Object.entries(files)) await writeFile(join(folder, name), pem);
  const seed = (["archive", "escrow"] as const).map((role) => readRingKey(files[`${role}.crt`]!.pem, role));
  await new KeyRing(prisma, Date.now).seed(seed, by);
  await rules.makeFirst(defaultRules);
  await rules.release({ ...defaultRules, trackerRate: { tapsPerHour: 7, burstTaps: 7 } }, by);
  await releases.make(
    { service: "validation", version: "1.4.0", config: {}, rules: null },
    { ...by, dryRun: false },
  );
  await releases.make(
    { service: "transfer", version: "1.5.0", config: {}, rules: null },
    { ...by, dryRun: false },
  );
  const { shift } = await releases.shift(1, { ...by, dryRun: false });
  await releases.note(shift, { ...shift.state, phase: "promoted", why: "seen" }, null);
  await prisma.installationFact.create({ data: { name: "buffer.generation", value: "life" } });
}, 60_000);
afterAll(async () => {
  await prisma.$disconnect();
  await rm(folder, { recursive: true, force: true });
});

/** The lease under another holder, as where the one before stood still for longer than it holds. @returns its number */
async function takeOver(holder: string): Promise<number> {
  await prisma.$executeRaw`UPDATE noops_lease SET until = now() - interval '1 second'`;
  const fence = await new NoopsLease(prisma, hourMs).take(holder);
  return fence ?? expect.unreachable("nobody else has it");
}

/** All that acts in the house write. */
const written = async () => ({
  facts: await prisma.installationFact.findMany({ orderBy: { name: "asc" } }),
  keys: await prisma.archiveKey.findMany({ orderBy: { certSha256: "asc" } }),
  rules: await prisma.validationRelease.count(),
  shifts: await prisma.releaseShift.findMany({ orderBy: { id: "asc" } }),
  entries: await prisma.auditEntry.count(),
  files: (await readdir(folder)).toSorted(),
  ended: [...ended],
});

const acts: HouseAct[] = [
  { kind: "target", archive, open: false },
  { kind: "quota", tapsPerHour: 60, burst: 5 },
  { kind: "switch-rules", release: 2 },
  { kind: "roll-back", service: "validation" },
  { kind: "shift", service: "transfer", release: 2, steps: [50, 100], windowMs: 60_000 },
  { kind: "rotate-key" },
  { kind: "flush-caches" },
  { kind: "flush-buffer", heardWithinMs: 60_000 },
];

test.each(acts)(
  "$kind by a process that stood still is refused, and done by who decides now",
  async (act) => {
    const signal = new AbortController().signal;
    const terms = { actor: { kind: "rule", id: "a-rule" }, reason: "a test", signal } as const;
    const nobody = { approvedBy: null, armedBy: null, left: null };
    const late = await takeOver("frozen");
    const fence = await takeOver("awake");
    const before = await written();
    await expect(actInHouse(act, { ...terms, ...nobody, fence: late }, house)).rejects.toMatchObject({
      facts: { refusal: "fenced" },
    });
    expect(await written()).toEqual(before);
    await actInHouse(act, { ...terms, ...nobody, fence }, house);
    expect(await written()).not.toEqual(before);
  },
);

test("what a decider that stood still had decided is recorded as not done, and the next one does it", async () => {
  const names = ["third", "fourth"];
  const { per: _, ...rule } = scaleUp;
  const closing = { id: "close-archive", per: "archive", when: "archive(target).isOpen" };
  const rules = [{ ...rule, ...closing, act: { kind: "target", open: false } }];
  const first = parseNoopsRules({ format: noopsRulesFormat, version: 1, rules });
  const released = await new NoopsRulesDesk(prisma, Date.now).activeOrFirst(first);
  const [flight, closed] = [new NoopsLog(prisma, Date.now), new ClosedArchives(prisma)];
  const log = pino({ level: "silent" });
  /** A round of a process that does not learn that it has lost the lease. @param read before it acts */
  const round = async (fence: number, nowEpochMs: number, read: HouseParts["closed"]["read"]) => {
    const targets = names.map((name) => ({ name, address: `${name}:22`, hostKeys: [] }));
    const declared = { mode: "mirror" as const, quorum: 1, targets, by: "a test", atEpochMs: nowEpochMs };
    const sources = {
      ...{ actuator: null, closed, declared: { read: async () => declared }, log },
      telemetryStream: { now: async () => nowEpochMs, read: nothing },
      ...{ reports: { latest: nothing }, wishes: { latest: nothing }, readings: nothing },
      ...{ alerts: { desk: { open: nothing }, rules: { active: nothing } }, releases: { shifts: nothing } },
    };
    const set: HouseParts["closed"]["set"] = (...args) => closed.set(...args);
    const parts = {
      ...{ flight, actuator: null, log, onDecision: () => undefined },
      ...{ halting: { heed: async () => undefined }, house: { ...house, closed: { read, set } } },
    };
    const gatherer = new EvidenceGatherer(sources, released.rules);
    const coordinator = await Coordinator.begin(parts, released, gatherer, nowEpochMs);
    await coordinator.round({ fence, keep: async () => true });
  };
  let fence = 0;
  const frozen = round(await takeOver("frozen"), Date.now(), async () => {
    fence = await takeOver("awake");
    return await closed.read();
  });
  await expect(frozen).rejects.toMatchObject({ facts: { refusal: "fenced" } });
  expect(await closed.read()).not.toContain("third");
  const error = expect.stringContaining("another process decides now");
  expect(await flight.recent(0)).toMatchObject([{ state: "failed", target: "third", error }]);

  const afterCoolDown = Date.now() + 60_000;
  await round(fence, afterCoolDown, () => closed.read());
  expect(await closed.read()).toContain("third");
  expect(await flight.recent(0)).toMatchObject([{ state: "failed" }, { state: "done", target: "third" }]);
});
