import { randomBytes } from "node:crypto";
import { NoopsLease, NoopsLog, NoopsRulesDesk } from "@tapline/adapters/prisma/noops";
import { ForecastLog, WishBoard } from "@tapline/adapters/redis";
import { uuidV7 } from "@tapline/core/kernel";
import { type Decision, noopsRulesFormat, parseNoopsRules } from "@tapline/core/noops";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { decisionOf, ruleOf } from "../../../../packages/core/src/noops/decision.fixture.ts";
import type { DecisionDetail, DecisionsPage, ForecastHistory, NoopsBoard } from "../../contracts/noops.ts";
import { adminSignIn, setRole, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";
import { callsOf } from "./calls.fixture.ts";

const { password } = adminSignIn;
const reason = "a test of noops";
let running: TestConsole;
let log: NoopsLog;
let fence: number;
let { query, mutate } = callsOf("", "");

beforeAll(async () => {
  running = await startTestConsole();
  const { console: site, prisma } = running;
  await site.ensureFirstAdmin(adminSignIn);
  ({ query, mutate } = callsOf(site.origin, (await signIn(site.origin)).cookie));
  const rules = parseNoopsRules({
    format: noopsRulesFormat,
    version: 1,
    rules: [ruleOf({ mode: "dry-run" })],
  });
  await new NoopsRulesDesk(prisma, Date.now).activeOrFirst(rules);
  log = new NoopsLog(prisma, Date.now);
  fence = (await new NoopsLease(prisma, 600_000).take("w-1")) ?? -1;
});
afterAll(() => running.stop());

const fresh = (more: Partial<Decision> = {}): Decision => {
  const now = Date.now();
  return decisionOf({ id: uuidV7(now, randomBytes), atEpochMs: now, lastAtEpochMs: now, ...more });
};
const waiting = async (): Promise<string> => {
  const told = {
    state: "waiting-approval",
    mode: "approval",
    expiresAtEpochMs: Date.now() + 600_000,
  } as const;
  const decision = fresh(told);
  await log.add(decision, fence);
  return decision.id;
};
const board = async () => (await query<NoopsBoard>("noops.board")).data!;

test("the page is told who decides, by which rules in which modes, what waits, and what services need", async () => {
  const id = await waiting();
  expect(await board()).toMatchObject({
    ...{ lease: { holder: "w-1", isHeld: true }, release: { version: 1 }, wishes: null },
    rules: [{ rule: { id: "scale-up" }, mode: "dry-run" }],
    waiting: [{ id, state: "waiting-approval" }],
    switches: { kill: null, pauses: [], modes: [] },
  });
  const wishes = { atEpochMs: Date.now(), services: [] };
  await new WishBoard(running.redis).publish(wishes);
  expect((await board()).wishes).toEqual(wishes);
});

test("what had been foretold of a service is told beside what came, and of no other than has forecasts", async () => {
  const forecasts = (service: string) => query<ForecastHistory>("noops.forecasts", { service });
  expect((await forecasts("transfer")).data).toMatchObject({
    service: "transfer",
    minutes: [],
    record: null,
  });
  const minuteMs = 60_000;
  const now = Math.floor(Date.now() / minuteMs) * minuteMs;
  const keeping = new ForecastLog(running.redis);
  for (const [back, came] of [
    [2, 3],
    [0, 4],
  ] as const) {
    const foretold = { perSecond: 5, upToPerSecond: 6 };
    await keeping.add({
      ...{ atEpochMs: now - back * minuteMs, dueEpochMs: now - (back - 1) * minuteMs, aheadMs: 59_500 },
      ...{ isTrusted: false, services: { transfer: { came, foretold } } },
    });
  }
  const { minutes, record } = (await forecasts("transfer")).data!;
  expect(minutes).toHaveLength(5);
  expect(minutes[2]).toEqual({
    ...{ startEpochMs: now - minuteMs, came: 4 },
    foretold: { perSecond: 5, upToPerSecond: 6, isTrusted: false, aheadMs: 59_500 },
  });
  expect(record).toEqual({ minutes: 1, offRatio: 0.25, withinRatio: 1, shutMinutes: 1 });
  expect((await forecasts("web")).status).toBe(400);
});

test("what waits is approved once, by password, and the page names who did", async () => {
  const id = await waiting();
  expect((await mutate("noops.approve", { id, reason, password: "not it, but long enough" })).status).toBe(
    403,
  );
  expect((await mutate("noops.approve", { id, reason, password })).status).toBe(200);
  const late = await mutate("noops.deny", { id, reason });
  expect([late.status, late.said]).toEqual([409, expect.stringContaining("approved")]);
  const told = (await query<DecisionDetail>("noops.decision", { id })).data!;
  expect(told).toMatchObject({ decision: { word: { is: "approved", reason } }, rule: { id: "scale-up" } });
  const { email } = adminSignIn;
  const person = await running.prisma.user.findUniqueOrThrow({ where: { email } });
  expect(told.names[person.id]).toBe(person.name);
});

test("what was done is taken back by a decision of its own, with its effect told beforehand", async () => {
  const begun = await log.begin(fresh(), fence);
  const undoUntilEpochMs = Date.now() + 600_000;
  const end = { before: { replicas: 2 }, after: { replicas: 3 }, undoUntilEpochMs };
  await log.end(begun.id, { is: "done", ...end });
  const effect = await query<string>("noops.undoEffect", { id: begun.id });
  expect(effect.data).toContain("to 2 replicas");
  const undo = await mutate<Decision>("noops.undo", { id: begun.id, reason, password });
  expect(undo.data).toMatchObject({ undoes: begun.id, act: { replicas: 2 } });
  const list = await query<DecisionsPage>("noops.decisions", { rule: "scale-up", states: ["done"] });
  expect(list.data).toMatchObject({ decisions: [{ id: begun.id, undoneBy: undo.data!.id }], next: null });
});

test("people stop all or what makes smaller, let go again, and set the mode of a rule", async () => {
  expect((await mutate("noops.pause", { pauses: "down", forMs: 600_000, reason })).status).toBe(200);
  expect((await board()).switches.pauses).toMatchObject([{ pauses: "down", reason }]);
  expect((await mutate("noops.resume", { reason, password })).status).toBe(200);
  expect((await mutate("noops.kill", { reason })).status).toBe(200);
  expect((await board()).switches.kill).toMatchObject({ reason });
  expect((await mutate("noops.kill", { reason })).status).toBe(409);
  expect((await mutate("noops.revive", { reason, password })).status).toBe(200);
  expect((await mutate("noops.setMode", { rule: "scale-up", mode: "armed", reason, password })).status).toBe(
    200,
  );
  expect((await board()).rules).toMatchObject([{ mode: "armed", rule: { mode: "dry-run" } }]);
});

test("an operator stops and answers, and neither arms a rule nor lets go of the kill switch; a viewer looks on", async () => {
  const { prisma } = running;
  const id = await waiting();
  await setRole(prisma, adminSignIn.email, "operator");
  const mode = { rule: "scale-up", mode: "approval", reason, password };
  await vi.waitFor(async () => expect((await mutate("noops.setMode", mode)).status).toBe(403), 20_000);
  expect((await mutate("noops.revive", { reason, password })).status).toBe(403);
  expect((await mutate("noops.deny", { id, reason })).status).toBe(200);
  await setRole(prisma, adminSignIn.email, "viewer");
  await vi.waitFor(async () => expect((await mutate("noops.kill", { reason })).status).toBe(403), 20_000);
  expect((await query("noops.board")).status).toBe(200);
});
