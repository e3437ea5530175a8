import { randomBytes } from "node:crypto";
import {
  type Alert,
  type AlertAct,
  type AlertEvent,
  type AlertStep,
  type AlertWrite,
  applyAct,
  applyEvent,
  entryOf,
  openAlert,
  type Raise,
} from "@tapline/core/alerts";
import { type Actor, TaplineError, uuidV7 } from "@tapline/core/kernel";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshDatabase, servicesOf } from "../../../../../../tools/test-servers/index.ts";
import { connectPrisma, type PrismaClient } from "../index.ts";
import { AlertDesk } from "./index.ts";

let owner: PrismaClient;
let services: PrismaClient;
let desk: AlertDesk;

beforeAll(async () => {
  const url = await freshDatabase();
  owner = connectPrisma(url);
  services = connectPrisma(servicesOf(url));
  desk = new AlertDesk(services);
});
afterAll(() => Promise.all([owner, services].map((client) => client.$disconnect())));

const watch: Actor = { kind: "job", id: "alerts" };
const person = (id: string): Actor => ({ kind: "operator", id });
const ack: AlertAct = { kind: "acknowledge", note: "seen" };
let places = 0;

/** A breach in a place of its own. */
function breach(more: Partial<Raise> = {}): Raise {
  places += 1;
  return {
    ...{ ruleId: "rejects-high", release: "ab".repeat(32), scope: { agent: `desk-${places}`, site: "a" } },
    ...({ severity: "warning", message: "too many" } as const),
    ...{
      unit: "rejects/s",
      value: 12,
      limit: 10,
      breachedAtEpochMs: places,
      group: null,
      firstOut: false,
      suppressedBy: null,
      ...more,
    },
  };
}

const opened = (raise: Raise, atEpochMs = Date.now()): AlertStep =>
  openAlert(uuidV7(atEpochMs, randomBytes), raise, { atEpochMs, actor: watch });

const writeOf = (...steps: AlertStep[]): AlertWrite => ({
  baseRev: (steps[0]?.alert.rev ?? 0) - 1,
  alert: steps.at(-1)?.alert as Alert,
  entries: steps.map((step) => entryOf(step, uuidV7(step.transition.atEpochMs, randomBytes))),
});

const told = (alert: Alert, event: AlertEvent): AlertStep | null =>
  applyEvent(alert, event, { atEpochMs: Date.now(), actor: watch });

const clear: AlertEvent = { kind: "clear", value: 1, peakValue: 20, note: null };

async function raised(more: Partial<Raise> = {}): Promise<Alert> {
  const step = opened(breach(more));
  expect(await desk.write([writeOf(step)])).toEqual(new Map([[step.alert.id, "written"]]));
  return step.alert;
}

const act = (id: string, what: AlertAct, who: string, seenRev: number) =>
  desk.act(id, what, { atEpochMs: Date.now(), actor: person(who), seenRev });

test("steps of one millisecond are told in their order", async () => {
  const atEpochMs = Date.now();
  const steps = [opened(breach(), atEpochMs)];
  for (let note = 1; note <= 8; note += 1) {
    const { alert } = steps.at(-1) as AlertStep;
    const context = { atEpochMs, actor: person("ada"), seenRev: alert.rev };
    steps.push(applyAct(alert, { kind: "note", note: `${note}` }, context));
  }
  await desk.write([writeOf(...steps)]);
  const entries = await desk.stepsOf(steps[0]?.alert.id ?? "");
  expect(entries.map(({ facts }) => facts.rev)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test("an alert and its steps are written in one statement, each step with its entry", async () => {
  const first = opened(breach({ value: null }));
  const second = told(first.alert, clear) as AlertStep;
  await desk.write([writeOf(first, second)]);
  expect(await desk.find(first.alert.id)).toEqual(second.alert);
  expect(await desk.stepsOf(first.alert.id)).toMatchObject([
    { action: "alert.raised", actor: watch, after: { state: "active-unacknowledged" }, facts: { rev: 1 } },
    {
      ...{ action: "alert.returned", before: { state: "active-unacknowledged" } },
      ...{ after: { state: "returned-unacknowledged" }, facts: { rev: 2, value: 1 } },
    },
  ]);
});

test("what was written though its answer got lost is written once, also where somebody has acted since", async () => {
  const write = writeOf(opened(breach()));
  const { id } = write.alert;
  await desk.write([write]);
  expect(await desk.write([write])).toEqual(new Map([[id, "known"]]));
  await act(id, ack, "ada", 1);
  expect(await desk.write([write])).toEqual(new Map([[id, "known"]]));
  expect(await desk.stepsOf(id)).toHaveLength(2);
});

test("a rule has one open alert in a place: who raises it second gets none, until the first has closed", async () => {
  const raise = breach();
  const [one, other] = [writeOf(opened(raise)), writeOf(opened(raise))];
  const written = await Promise.all([desk.write([one]), desk.write([other])]);
  expect(written.map(({ size }) => size).toSorted()).toEqual([0, 1]);
  const alert = (await desk.openOf(one.alert)) as Alert;
  await desk.write([writeOf(told(alert, clear) as AlertStep)]);
  await act(alert.id, ack, "ada", 1);
  expect(await desk.openOf(alert)).toBeNull();
  expect((await desk.write([writeOf(opened(raise))])).size).toBe(1);
});

test("a step that went on from what is not so any more is not written, and no entry says it was", async () => {
  const alert = await raised();
  const late = writeOf(told(alert, clear) as AlertStep);
  await act(alert.id, ack, "ada", 1);
  expect(await desk.write([late])).toEqual(new Map());
  expect((await desk.stepsOf(alert.id)).map(({ action }) => action)).toEqual([
    "alert.raised",
    "alert.acknowledged",
  ]);
});

test("of many who acknowledge at once one does, and each of the others hears who it was", async () => {
  const alert = await raised();
  const all = Array.from({ length: 12 }, (_, n) => act(alert.id, ack, `person-${n}`, 1));
  const ends = await Promise.allSettled(all);
  const won = ends.filter((end) => end.status === "fulfilled").map((end) => end.value);
  expect(won).toHaveLength(1);
  const by = won[0]?.lastAct?.actor.id;
  for (const end of ends)
    if (end.status === "rejected")
      expect(end.reason).toMatchObject({ code: "conflict", facts: { refusal: "acted-on-since", by } });
  expect((await desk.stepsOf(alert.id)).map(({ actor, reason }) => [actor.id, reason])).toEqual([
    ["alerts", null],
    [by, "seen"],
  ]);
});

const kinds = [
  "acknowledge",
  "shelve",
  "unshelve",
  "take-out-of-service",
  "return-to-service",
  "note",
] as const;

/** Acts once on what it saw last, looking again where it is asked to. @returns whether it was taken */
async function actOnce(
  id: string,
  who: string,
  kind: AlertAct["kind"],
  looks: boolean,
  seen: Map<string, Alert>,
) {
  const before = (looks ? undefined : seen.get(who)) ?? (await desk.find(id));
  seen.set(who, before);
  const untilEpochMs = Date.now() + 60_000;
  const what = { kind, note: `${who} says so`, mode: "timed", untilEpochMs } as AlertAct;
  try {
    await act(id, what, who, before.rev);
    return 1;
  } catch (error) {
    expect(error).toBeInstanceOf(TaplineError);
    expect((error as TaplineError).code).toMatch(/^(conflict|overloaded)$/);
    return 0;
  }
}

/** The watch tells the same alert, clearing and raising it, whoever else writes. @returns how many of its steps were written */
async function watchOnce(id: string, raise: Raise, kind: "raise" | "clear"): Promise<number> {
  for (;;) {
    const alert = await desk.find(id);
    const step = told(alert, kind === "clear" ? clear : { kind, ...raise, breachedAtEpochMs: alert.rev + 1 });
    if (step === null) return 0;
    if ((await desk.write([writeOf(step)])).has(id)) return 1;
  }
}

test("whatever three operators and the watch do at the same time, the record is one chain without a gap", async () => {
  const person = fc.constantFrom("ada", "bob", "cy");
  const move = fc.oneof(
    fc.record({ who: person, kind: fc.constantFrom(...kinds), looks: fc.boolean() }),
    fc.record({
      who: fc.constant("watch" as const),
      kind: fc.constantFrom("raise" as const, "clear" as const),
    }),
  );
  const rounds = fc.array(fc.array(move, { minLength: 2, maxLength: 6 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(rounds, async (given) => {
      const raise = breach();
      const step = opened(raise);
      const { id } = step.alert;
      await desk.write([writeOf(step)]);
      const seen = new Map<string, Alert>();
      let taken = 1;
      for (const round of given) {
        const done = round.map((one) =>
          "looks" in one ? actOnce(id, one.who, one.kind, one.looks, seen) : watchOnce(id, raise, one.kind),
        );
        for (const count of await Promise.all(done)) taken += count;
      }
      const steps = (await desk.stepsOf(id))
        .flatMap((entry) => (entry.version === 2 ? entry : []))
        .toSorted((a, b) => Number(a.facts.rev) - Number(b.facts.rev));
      const last = await desk.find(id);
      expect(steps.map(({ facts }) => facts.rev)).toEqual(Array.from({ length: taken }, (_, n) => n + 1));
      expect(last.rev).toBe(taken);
      for (const [at, { before }] of steps.entries())
        expect(before?.state).toBe(at === 0 ? undefined : steps[at - 1]?.after?.state);
      expect(steps.at(-1)?.after?.state).toBe(last.state);
    }),
    { numRuns: 15 },
  );
});

test("ten thousand breaches at once are written whole, some hundred in a statement", async () => {
  const writes = Array.from({ length: 10_000 }, () => writeOf(opened(breach({ ruleId: "flood" }))));
  const before = await owner.auditEntry.count();
  expect((await desk.write(writes)).size).toBe(10_000);
  expect(await owner.alert.count({ where: { ruleId: "flood" } })).toBe(10_000);
  expect((await owner.auditEntry.count()) - before).toBe(10_000);
}, 120_000);

test("lists by state, severity, rule and site, page by page, the newest first", async () => {
  const of = { ruleId: "listed" };
  const [a, b, c] = [
    await raised({ ...of, severity: "critical" }),
    await raised({ ...of, scope: { site: "north" } }),
    await raised(of),
  ];
  await act(c.id, ack, "ada", 1);
  const ids = async (filter: Parameters<AlertDesk["list"]>[0]) =>
    (await desk.list({ ...of, ...filter }, 10)).alerts.map(({ id }) => id);
  expect(await ids({})).toEqual([c.id, b.id, a.id]);
  expect(await ids({ severities: ["critical"] })).toEqual([a.id]);
  expect(await ids({ site: "north" })).toEqual([b.id]);
  expect(await ids({ states: ["acknowledged"] })).toEqual([c.id]);
  expect(await ids({ open: false })).toEqual([]);
  const first = await desk.list(of, 2);
  expect(first.next).toBe(b.id);
  expect(await desk.list(of, 2, first.next)).toEqual({ alerts: [a], next: null });
  await expect(desk.list(of, 2, "1; DROP")).rejects.toMatchObject({ code: "invalid-input" });
});

test("an alert never goes, and never goes back", async () => {
  const { id } = await raised();
  for (const change of [
    `DELETE FROM alert WHERE id = '${id}'`,
    "TRUNCATE alert",
    `UPDATE alert SET rev = 1 WHERE id = '${id}'`,
    `UPDATE alert SET rev = 2, rule_id = 'other' WHERE id = '${id}'`,
  ])
    await expect(owner.$executeRawUnsafe(change)).rejects.toThrow(/refused|only goes on/);
});

test("an alert that there is not cannot be acted on", async () => {
  await expect(act(uuidV7(1, randomBytes), ack, "ada", 1)).rejects.toMatchObject({ code: "not-found" });
  await expect(desk.find("no-uuid")).rejects.toMatchObject({ code: "not-found" });
});
