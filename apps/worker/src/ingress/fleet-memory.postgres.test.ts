import { connectPrisma, type PrismaClient } from "@tapline/adapters/prisma";
import { type FleetAct, FleetDesk, FleetStore } from "@tapline/adapters/prisma/fleet";
import { hasCode } from "@tapline/core/kernel";
import type { AgentReport } from "@tapline/core/tap";
import { pino } from "pino";
import { afterAll, afterEach, beforeEach, expect, test, vi } from "vitest";
import { freshDatabase } from "../../../../tools/test-servers/index.ts";
import { startFleetMemory } from "./fleet-memory.ts";

let prisma: PrismaClient;
let desk: FleetDesk;
let store: FleetStore;
let memory: ReturnType<typeof startFleetMemory>;

beforeEach(async () => {
  prisma = connectPrisma(await freshDatabase());
  [desk, store] = [new FleetDesk(prisma), new FleetStore(prisma)];
  memory = startFleetMemory({ store, clock: Date.now, log: pino({ level: "silent" }) });
});
afterEach(async () => {
  await memory.stop(0);
  await prisma.$disconnect();
});
afterAll(() => vi.restoreAllMocks());

const act = (changes: Partial<FleetAct> = {}): FleetAct => ({
  ...{ actor: { kind: "operator", id: "ann" }, reason: "a test", atEpochMs: Date.now(), dryRun: false },
  ...changes,
});
const limits = { silentAfterMs: 60_000, maxOutboxAgeMs: 60_000 };
const report = (configRevision: number, changes: Partial<AgentReport> = {}): AgentReport => ({
  ...{ version: "1.0.0", platform: "linux-x64", startedAtEpochMs: 1, configRevision, link: "grpc" },
  ...{ clockSkewMs: -3, paused: null, readers: { ready: 2 }, certificateEndsAtEpochMs: 5 },
  outbox: { epoch: 1, nextSeq: 8, taps: 1, bytes: 10, oldestAgeMs: 40 },
  ...changes,
});
const soon = (check: () => unknown) => vi.waitFor(check, { timeout: 20_000, interval: 50 });

async function ended(...agents: string[]): Promise<void> {
  await soon(async () => expect((await store.agents()).map(({ id }) => id)).toEqual(agents));
}

test("keeps the latest report of each agent, and makes a row for one it has not met", async () => {
  memory.report("gate-1", report(0), 1_000);
  memory.report("gate-1", report(0, { version: "1.1.0" }), 2_000);
  memory.report("gate-2", report(0), 1_500);
  await ended("gate-1", "gate-2");
  await store.keepReports([{ agent: "gate-1", report: report(9), seenAtEpochMs: 1_999 }]);
  const [one] = await store.agents();
  expect(one).toMatchObject({ ring: 1, last: { seenAtEpochMs: 2_000, report: { version: "1.1.0" } } });
});

test("a report that cannot be kept does not keep what is wanted from anybody", async () => {
  memory.report("gate-1", report(0, { platform: "linux\u0000" }), 1_000);
  const revision = await desk.makeRevision({ rereads: 5 }, act());
  await desk.start("config", String(revision), [1], act());
  await soon(() => expect(memory.directiveOf("gate-0")?.revision).toBe(revision));
});

test("500 agents that report at once are one statement", async () => {
  const statements = vi.spyOn(store, "keepReports");
  for (let i = 0; i < 500; i++) memory.report(`gate-${i}`, report(0), 1_000);
  await soon(async () => expect((await store.agents()).length).toBe(500));
  expect(statements.mock.calls.filter(([batch]) => batch.length > 0).length).toBe(1);
});

test("a roll-out reaches ring after ring by itself, once the one before reports it", async () => {
  for (const agent of ["gate-0", "gate-1"]) memory.report(agent, report(0), Date.now());
  await ended("gate-0", "gate-1");
  await desk.setRing("gate-0", 0, act());
  const revision = await desk.makeRevision({ rereads: 5 }, act());
  const told = vi.fn();
  memory.onChange(told);
  const effect = await desk.start("config", String(revision), null, act());
  expect(effect.map(({ agents }) => agents)).toEqual([["gate-0"]]);
  const directive = { revision, settings: { rereads: 5 }, version: null };
  await soon(() => expect(memory.directiveOf("gate-0")).toEqual(directive));
  expect(told).toHaveBeenCalled();
  expect(memory.directiveOf("gate-1")).toEqual({ revision: 0, settings: {}, version: null });
  const refused = await desk.advance("config", false, limits, act()).catch((error: unknown) => error);
  expect(hasCode(refused, "conflict")).toBe(true);
  memory.report("gate-0", report(revision), Date.now());
  await soon(() => desk.advance("config", false, limits, act()));
  await soon(() => expect(memory.directiveOf("gate-1")).toEqual(directive));
});

test("a halt keeps what agents have, an abort leads back, a pin outlasts both", async () => {
  for (const agent of ["has", "has-not", "pinned"]) memory.report(agent, report(0), Date.now());
  await ended("has", "has-not", "pinned");
  const revision = await desk.makeRevision({ buzzer: false }, act());
  await desk.pin("pinned", { revision, version: "2.0.0" }, act());
  await desk.start("config", String(revision), [1], act());
  memory.report("has", report(revision), Date.now());
  await soon(async () => expect((await store.agents())[0]?.last?.report.configRevision).toBe(revision));
  await desk.halt("config", act());
  const revisions = () =>
    ["has", "has-not", "pinned", "never-met"].map((id) => memory.directiveOf(id)?.revision);
  await soon(() => expect(revisions()).toEqual([revision, 0, revision, undefined]));
  await desk.abort("config", act());
  await soon(() => expect(revisions()).toEqual([0, 0, revision, 0]));
  expect(memory.directiveOf("pinned")?.version).toBe("2.0.0");
  await desk.unpin("pinned", act());
  await soon(() => expect(revisions()).toEqual([0, 0, 0, 0]));
});

test("every step is audited with who and why; a dry run tells the effect and changes nothing", async () => {
  memory.report("gate-1", report(0), Date.now());
  await ended("gate-1");
  const shown = await desk.start("version", "1.2.0", null, act({ dryRun: true }));
  expect(shown).toEqual([
    {
      agents: ["gate-1"],
      from: "no settings from the server, any version",
      to: "no settings from the server, version 1.2.0",
    },
  ]);
  expect((await store.state()).version.rollout).toBeNull();
  expect(await prisma.auditEntry.count()).toBe(0);
  await desk.start("version", "1.2.0", null, act());
  await desk.halt("version", act());
  await desk.resume("version", act());
  await desk.advance("version", true, limits, act({ reason: "checked by hand" }));
  const entries = await prisma.auditEntry.findMany({ orderBy: { id: "asc" } });
  const steps = entries.map((row) => [row.actorId, row.action]);
  expect(steps).toEqual(
    ["started", "halted", "resumed", "finished"].map((step) => ["ann", `fleet.rollout-${step}`]),
  );
  const kept = await prisma.auditErasable.findFirst({ where: { entryId: entries.at(-1)?.id ?? "" } });
  expect(kept).toMatchObject({ field: "reason", value: "checked by hand" });
});

test("what cannot be is refused by name and leaves nothing behind", async () => {
  const codeOf = async (refused: Promise<unknown>) =>
    refused.then(
      () => null,
      (error: unknown) =>
        ["not-found", "invalid-input", "conflict"].find((code) => hasCode(error, code as "conflict")),
    );
  expect(await codeOf(desk.start("config", "7", null, act()))).toBe("not-found");
  expect(await codeOf(desk.pin("nobody", { version: "1.0.0" }, act()))).toBe("not-found");
  expect(await codeOf(desk.setRing("nobody", 1, act()))).toBe("not-found");
  expect(await codeOf(desk.start("version", "1.2.0", null, act({ reason: " " })))).toBe("invalid-input");
  expect(await codeOf(desk.abort("version", act()))).toBe("conflict");
  expect(await prisma.auditEntry.count()).toBe(0);
});

test("while PostgreSQL is away reports wait, and nobody is told to change", async () => {
  let away = true;
  const unlessAway = <Answer>(ask: () => Promise<Answer>): Promise<Answer> =>
    away ? Promise.reject(new Error("away")) : ask();
  const flaky = {
    keepReports: (batch: Parameters<FleetStore["keepReports"]>[0]) =>
      unlessAway(() => store.keepReports(batch)),
    mark: () => unlessAway(() => store.mark()),
    plan: () => unlessAway(() => store.plan()),
  };
  const other = startFleetMemory({ store: flaky, clock: Date.now, log: pino({ level: "silent" }) });
  other.report("gate-9", report(0), 1_000);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(other.directiveOf("gate-9")).toBeNull();
  away = false;
  await ended("gate-9");
  await soon(() => expect(other.directiveOf("gate-9")).not.toBeNull());
  await other.stop(0);
});
