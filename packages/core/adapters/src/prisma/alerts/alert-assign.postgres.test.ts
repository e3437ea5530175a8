import { randomBytes } from "node:crypto";
import { type Alert, type AlertAct, applyEvent, entryOf, openAlert } from "@tapline/core/alerts";
import { uuidV7 } from "@tapline/core/kernel";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshDatabase, servicesOf } from "../../../../../../tools/test-servers/index.ts";
import { actingPeople, actingPerson, connectPrisma, type PrismaClient } from "../index.ts";
import { AlertBoard, AlertDesk, AlertHistory } from "./index.ts";

let services: PrismaClient;
let desk: AlertDesk;
let history: AlertHistory;

beforeAll(async () => {
  services = connectPrisma(servicesOf(await freshDatabase()));
  desk = new AlertDesk(services);
  history = new AlertHistory(services);
  const people = [
    { id: "p-ada", name: "Ada", role: "admin" },
    { id: "p-bob", name: "Bob", role: "operator" },
    { id: "p-vera", name: "Vera", role: "viewer" },
    { id: "p-mal", name: "Mal", role: "operator", banned: true },
  ];
  for (const one of people)
    await services.user.create({ data: { ...one, email: `${one.name.toLowerCase()}@console.test` } });
});
afterAll(() => services.$disconnect());

let places = 0;

async function raised(message = "too many", scope: Alert["scope"] = {}): Promise<Alert> {
  places += 1;
  const atEpochMs = Date.now();
  const raise = {
    ...{ ruleId: "rejects-high", release: "ab".repeat(32), message },
    ...{ scope: { site: "a", agent: `gym-${places}`, ...scope } },
    ...({ severity: "warning", unit: "rejects/s", value: 12, limit: 10 } as const),
    ...{ breachedAtEpochMs: atEpochMs, group: null, firstOut: false, suppressedBy: null },
  };
  const step = openAlert(uuidV7(atEpochMs, randomBytes), raise, {
    ...{ atEpochMs, actor: { kind: "job", id: "alerts" } },
  });
  const entries = [entryOf(step, uuidV7(atEpochMs, randomBytes))];
  await desk.write([{ baseRev: 0, alert: step.alert, entries }]);
  return step.alert;
}

const act = (id: string, what: AlertAct, who: string, seenRev: number) =>
  desk.act(id, what, { atEpochMs: Date.now(), actor: { kind: "operator", id: who }, seenRev });

const assign = (to: string | null): AlertAct => ({ kind: "assign", to, note: null });

/** Raised, acknowledged and over. */
async function closed(message: string, scope: Alert["scope"] = {}): Promise<Alert> {
  const { id } = await raised(message, scope);
  await act(id, { kind: "acknowledge", note: null }, "p-ada", 1);
  const alert = await desk.find(id);
  const step = applyEvent(
    alert,
    { kind: "clear", value: 1, peakValue: 20, note: null },
    { atEpochMs: Date.now(), actor: { kind: "job", id: "alerts" } },
  );
  if (step === null) throw new Error("it was over already");
  const entries = [entryOf(step, uuidV7(Date.now(), randomBytes))];
  await desk.write([{ baseRev: alert.rev, alert: step.alert, entries }]);
  return step.alert;
}

test("of several who take an alert at once one has it, and each of the others hears who", async () => {
  const { id } = await raised();
  const wanted = ["p-ada", "p-bob", "p-ada", "p-bob", "p-ada", "p-bob"];
  const ends = await Promise.allSettled(wanted.map((who) => act(id, assign(who), who, 1)));
  const won = ends.filter((end) => end.status === "fulfilled").map((end) => end.value);
  expect(won).toHaveLength(1);
  const by = won[0]?.assignee;
  for (const end of ends)
    if (end.status === "rejected")
      expect(end.reason).toMatchObject({ code: "conflict", facts: { lastAct: "assigned", by } });
  expect((await desk.stepsOf(id)).at(-1)).toMatchObject({
    ...{ action: "alert.assigned", actor: { kind: "operator", id: by }, facts: { assignee: by, rev: 2 } },
  });
});

test("only who may act can be assigned, nobody twice, and an alert goes back to nobody", async () => {
  const { id } = await raised();
  for (const nobody of ["p-vera", "p-mal", "p-none"])
    await expect(act(id, assign(nobody), "p-ada", 1)).rejects.toMatchObject({ code: "invalid-input" });
  await act(id, assign("p-bob"), "p-ada", 1);
  await expect(act(id, assign("p-bob"), "p-ada", 2)).rejects.toMatchObject({
    facts: { refusal: "assigned-so" },
  });
  expect((await act(id, assign(null), "p-bob", 2)).assignee).toBeNull();
  expect((await desk.stepsOf(id)).map(({ action }) => action)).toEqual([
    ...["alert.raised", "alert.assigned", "alert.unassigned"],
  ]);
  expect((await actingPeople(services)).map(({ name }) => name)).toEqual(["Ada", "Bob"]);
  expect(await actingPerson(services, "BOB@console.test")).toEqual({ id: "p-bob", name: "Bob", sites: null });
});

test("nobody is assigned an alert that they do not see, nor offered to those who see other sites", async () => {
  const [ofA, ofB] = [await raised(), await raised("too many", { site: "b" })];
  await services.user.update({ where: { id: "p-bob" }, data: { scope: "sites", sites: ["b"] } });
  await expect(act(ofA.id, assign("p-bob"), "p-ada", 1)).rejects.toMatchObject({ code: "invalid-input" });
  expect((await act(ofB.id, assign("p-bob"), "p-ada", 1)).assignee).toBe("p-bob");
  const named = async (sites: string[]) => (await actingPeople(services, sites)).map(({ name }) => name);
  expect([await named(["b", "c"]), await named(["a"]), await named([])]).toEqual([
    ["Ada", "Bob"],
    ["Ada"],
    ["Ada"],
  ]);
  await services.user.update({ where: { id: "p-bob" }, data: { scope: "whole", sites: [] } });
});

test("who is named by an address stands in the alert and in the log by id alone", async () => {
  const { id } = await raised();
  expect((await act(id, assign("BOB@console.test"), "p-ada", 1)).assignee).toBe("p-bob");
  expect((await desk.find(id)).assignee).toBe("p-bob");
  expect(JSON.stringify(await desk.stepsOf(id))).not.toContain("@");
});

test("a comment stands in nobody's way, and nobody's act in that of a comment", async () => {
  const { id } = await raised();
  await act(id, { kind: "note", note: "I look at it" }, "p-bob", 1);
  await act(id, assign("p-ada"), "p-ada", 1);
  await act(id, { kind: "note", note: "it is the cable" }, "p-bob", 1);
  const steps = await desk.stepsOf(id);
  expect(steps.map(({ action, reason }) => [action, reason])).toEqual([
    ["alert.raised", null],
    ["alert.noted", "I look at it"],
    ["alert.assigned", null],
    ["alert.noted", "it is the cable"],
  ]);
});

test("what is whose is found in the list, also page by page", async () => {
  const board = new AlertBoard(services);
  const own = [await raised(), await raised(), await raised()];
  for (const { id } of own.slice(0, 2)) await act(id, assign("p-bob"), "p-bob", 1);
  const filter = { states: ["active-unacknowledged"], assignee: "p-bob" } as const;
  const first = await board.page(filter, 1);
  const second = await board.page(filter, 5, first.next);
  const found = [...first.alerts, ...second.alerts].map(({ id }) => id);
  expect(found.toSorted()).toEqual(expect.arrayContaining(own.slice(0, 2).map(({ id }) => id)));
  expect(found).not.toContain(own[2]?.id);
});

test("the history has what is over, the last first, by words, place and time, page by page", async () => {
  const startEpochMs = Date.now();
  const place = { site: "history", agent: "old-gym" };
  const [one, two] = [await closed("the first breach", place), await closed("the second breach", place)];
  const open = await raised("still there", place);
  const of = async (filter: object, limit = 10, after: string | null = null) =>
    (await history.page(filter, limit, after)).alerts.map(({ id }) => id);
  const here = { ruleId: one.ruleId, scopeKey: one.scopeKey };
  expect(await of(here)).toEqual([two.id, one.id]);
  const page = await history.page(here, 1);
  expect(page.next).toBe(two.id);
  expect(await of(here, 1, page.next)).toEqual([one.id]);
  expect(await of({ text: "FIRST breach" })).toEqual([one.id]);
  expect(await of({ text: "old-gym", fromEpochMs: startEpochMs })).toEqual([two.id, one.id]);
  expect(await of({ ...here, untilEpochMs: startEpochMs })).toEqual([]);
  expect(await of(here, 10, open.id)).toEqual([two.id, one.id]);
  await expect(history.page({}, 1, "x")).rejects.toMatchObject({ code: "invalid-input" });
});

test("the history of some sites has what is over there, and nothing of others or of none", async () => {
  const { id } = await closed("of the north", { site: "north" });
  await closed("of the south", { site: "south" });
  const of = async (sites: string[]) => (await history.page({ sites }, 10)).alerts.map((alert) => alert.id);
  expect([await of(["north"]), await of(["north", "nowhere"]), await of([])]).toEqual([[id], [id], []]);
});
