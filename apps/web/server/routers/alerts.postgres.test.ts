import { randomBytes } from "node:crypto";
import { AlertDesk } from "@tapline/adapters/prisma/alerts";
import { type Alert, type AlertNews, entryOf, openAlert } from "@tapline/core/alerts";
import { uuidV7 } from "@tapline/core/kernel";
import { afterAll, beforeAll, expect, test } from "vitest";
import { adminSignIn, setRole, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";

let running: TestConsole;
let cookie: string;
let places = 0;

beforeAll(async () => {
  running = await startTestConsole();
  await running.console.ensureFirstAdmin(adminSignIn);
  ({ cookie } = await signIn(running.console.origin));
  await setRole(running.prisma, adminSignIn.email, "operator");
});
afterAll(() => running.stop());

async function call(procedure: string, input: unknown, headers: Record<string, string> = { cookie }) {
  const { origin } = running.console;
  const isQuery = /\.(list|get|detail|similar|people)$/.test(procedure);
  const query = isQuery && input !== undefined ? `?input=${encodeURIComponent(JSON.stringify(input))}` : "";
  const response = await fetch(`${origin}/api/trpc/${procedure}${query}`, {
    headers: { ...headers, origin, "content-type": "application/json" },
    ...(isQuery ? {} : { method: "POST", body: JSON.stringify(input) }),
  });
  const body = (await response.json()) as {
    result?: { data: unknown };
    error?: { message: string; data: { tapline: { facts: Record<string, unknown> } } };
  };
  return { status: response.status, data: body.result?.data, error: body.error };
}

async function raised(ruleId = "rejects-high"): Promise<Alert> {
  places += 1;
  const atEpochMs = Date.now();
  const raise = {
    ...{ ruleId, release: "ab".repeat(32), scope: { site: "a", agent: `desk-${places}` } },
    ...({ severity: "warning", message: "too many", unit: "rejects/s", value: 12, limit: 10 } as const),
    ...{ breachedAtEpochMs: atEpochMs, group: null, firstOut: false, suppressedBy: null },
  };
  const actor = { kind: "job", id: "alerts" } as const;
  const step = openAlert(uuidV7(atEpochMs, randomBytes), raise, { atEpochMs, actor });
  const entries = [entryOf(step, uuidV7(step.transition.atEpochMs, randomBytes))];
  await new AlertDesk(running.prisma).write([{ baseRev: 0, alert: step.alert, entries }]);
  return step.alert;
}

async function news(): Promise<AlertNews[]> {
  const entries = await running.redis.xrange("tapline:{alerts}:live", "-", "+");
  return entries.map(([, fields]) => JSON.parse(fields[1] ?? "") as AlertNews);
}

test("an operator acknowledges: the answer is the alert as it is now, everybody hears of it, the record says who", async () => {
  const { id } = await raised();
  const { status, data } = await call("alerts.acknowledge", { id, rev: 1, note: "on my way" });
  expect([status, data]).toMatchObject([200, { id, rev: 2, state: "acknowledged" }]);
  expect((await news()).at(-1)).toEqual({ is: "alerts", alerts: [data], recorded: true });
  const shown = (await call("alerts.get", { id })).data as { alert: Alert; steps: unknown[]; rule: null };
  expect(shown.alert).toEqual(data);
  expect(shown.rule).toBeNull();
  expect(shown.steps).toMatchObject([
    { action: "alert.raised", actor: { kind: "job" } },
    { action: "alert.acknowledged", actor: { kind: "operator" }, reason: "on my way" },
  ]);
});

test("who was slower hears who did what when", async () => {
  const { id } = await raised();
  await call("alerts.acknowledge", { id, rev: 1 });
  const late = await call("alerts.shelve", {
    ...{ id, rev: 1, mode: "timed", untilEpochMs: Date.now() + 60_000, reason: "works" },
  });
  expect(late.status).toBe(409);
  expect(late.error?.message).toMatch(/has changed since you looked: acknowledged by operator/);
  expect(late.error?.data.tapline.facts).toMatchObject({
    refusal: "acted-on-since",
    lastAct: "acknowledged",
  });
});

test("an alert goes to the shelf and out of service and back, with reasons", async () => {
  const { id } = await raised();
  const untilEpochMs = Date.now() + 60_000;
  const steps = [
    ["shelve", { mode: "timed", untilEpochMs }, "shelved"],
    ["unshelve", {}, "active-unacknowledged"],
    ["takeOutOfService", {}, "out-of-service"],
    ["returnToService", {}, "active-unacknowledged"],
  ] as const;
  for (const [at, [verb, more, state]] of steps.entries())
    expect((await call(`alerts.${verb}`, { id, rev: at + 1, reason: "works", ...more })).data).toMatchObject({
      state,
    });
  expect((await call("alerts.note", { id, rev: 1, note: "done" })).data).toMatchObject({ rev: 6 });
});

test("nothing moves without a reason, by a viewer, or by nobody", async () => {
  const { id } = await raised();
  const changes = [
    ["alerts.shelve", { mode: "timed", untilEpochMs: Date.now() + 60_000 }],
    ["alerts.unshelve", {}],
    ["alerts.takeOutOfService", {}],
    ["alerts.returnToService", {}],
  ] as const;
  for (const [verb, more] of changes)
    expect((await call(verb, { id, rev: 1, reason: " ", ...more })).status).toBe(400);
  expect((await call("alerts.acknowledge", { id, rev: 1 }, {})).status).toBe(401);
  await setRole(running.prisma, adminSignIn.email, "viewer");
  expect((await call("alerts.acknowledge", { id, rev: 1 })).status).toBe(403);
  expect((await call("alerts.note", { id, rev: 1, note: "x" })).status).toBe(403);
  expect((await call("alerts.assign", { id, rev: 1, to: null })).status).toBe(403);
  expect((await call("alerts.get", { id })).data).toMatchObject({ alert: { rev: 1 } });
  await setRole(running.prisma, adminSignIn.email, "operator");
});

test("an alert is assigned to a person by name, and what was done about such ones before is told with it", async () => {
  const people = (await call("alertBoard.people", undefined)).data as { id: string; name: string }[];
  const me = people[0]?.id ?? "";
  const { id } = await raised();
  expect((await call("alerts.assign", { id, rev: 1, to: me, note: "yours" })).data).toMatchObject({
    ...{ rev: 2, assignee: me, state: "active-unacknowledged" },
  });
  expect((await call("alertBoard.list", { assignee: me })).data).toMatchObject({ alerts: [{ id }] });
  expect((await call("alertBoard.detail", { id })).data).toMatchObject({
    names: { [me]: people[0]?.name },
    transitions: [
      { kind: "assigned", assignee: me, note: "yours" },
      { kind: "raised", assignee: null },
    ],
  });
  expect((await call("alerts.assign", { id, rev: 2, to: "nobody-known" })).status).toBe(400);
  expect((await call("alertBoard.similar", { id })).data).toEqual({ similar: [], names: {} });
  expect((await call("alertBoard.list", { view: "history" })).data).toEqual({ alerts: [], next: null });
});

test("lists what is open and what was, page by page", async () => {
  const [first, second] = [await raised("listed"), await raised("listed")];
  const list = async (more: object) => (await call("alerts.list", { ruleId: "listed", ...more })).data;
  expect(await list({ limit: 1 })).toMatchObject({ alerts: [{ id: second.id }], next: second.id });
  expect(await list({ cursor: second.id })).toMatchObject({ alerts: [{ id: first.id }], next: null });
  expect(await list({ open: false })).toEqual({ alerts: [], next: null });
  expect((await call("alerts.list", { cursor: "x" })).status).toBe(400);
});

test("an alert that there is not is not found", async () => {
  const id = uuidV7(1, randomBytes);
  expect((await call("alerts.get", { id })).status).toBe(404);
  expect((await call("alerts.acknowledge", { id, rev: 1 })).status).toBe(404);
});
