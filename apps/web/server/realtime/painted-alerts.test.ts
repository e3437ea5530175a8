import { randomUUID } from "node:crypto";
import type { Alert } from "@tapline/core/alerts";
import { beforeEach, expect, test } from "vitest";
import { alert } from "../../client/alert.fixture.ts";
import { mostPainted } from "../../contracts/painted.ts";
import { PaintAllowance, PaintedAlerts } from "./painted-alerts.ts";

const toldAtEpochMs = 1_000_000;
const breach = { ruleId: "fast", breachedAtEpochMs: toldAtEpochMs - 50 };

let nowEpochMs: number;
let timed: number[];
let alerts: PaintedAlerts;

beforeEach(() => {
  nowEpochMs = toldAtEpochMs;
  timed = [];
  const delays: Record<string, number> = { fast: 0, slow: 10_000 };
  alerts = new PaintedAlerts({
    delayMsOf: async ({ ruleId }) => delays[ruleId] ?? null,
    time: (ms) => timed.push(ms),
    clock: () => nowEpochMs,
  });
});

function tell(...given: Partial<Alert>[]): Alert[] {
  const told = given.map((one) => alert(randomUUID(), one));
  alerts.told({ is: "alerts", alerts: told, recorded: true });
  return told;
}

const said = (told: readonly Alert[], atEpochMs: number) =>
  told.map(({ id, raisedRev: rev }) => ({ id, rev, atEpochMs }));
const painted = (what: unknown, allowance = new PaintAllowance()) => alerts.painted(what, allowance);

test("it is counted from the breach to the paint, without what the rule waits on purpose", async () => {
  const told = tell(breach, { ruleId: "slow", breachedAtEpochMs: toldAtEpochMs - 10_020 });
  nowEpochMs += 1_000;
  await painted(said(told, toldAtEpochMs + 15));
  expect(timed).toEqual([65, 35]);
});

test("a browser cannot have painted before it was told, nor after it says so, nor longer than it is listened to", async () => {
  const [first, second, late] = tell(breach, breach, breach);
  if (first === undefined || second === undefined || late === undefined) throw new Error("none told");
  nowEpochMs += 1_000;
  await painted(said([first], 5));
  await painted(said([second], nowEpochMs + 86_400_000));
  expect(timed).toEqual([50, 1_050]);
  nowEpochMs += 60_000;
  await painted(said([late], nowEpochMs));
  expect(timed).toHaveLength(2);
});

test("what was breached long before anybody told of it counts as ten minutes", async () => {
  await painted(said(tell({ ...breach, breachedAtEpochMs: 1 }), toldAtEpochMs));
  expect(timed).toEqual([600_000]);
});

test("only what was told as raised counts, by a rule in force, of each browser once", async () => {
  const [one] = tell(breach);
  if (one === undefined) throw new Error("none told");
  const others = tell({ ...breach, rev: 2 }, { ...breach, state: "shelved" }, { ruleId: "gone" });
  const [vera, ada] = [new PaintAllowance(), new PaintAllowance()];
  await painted(said([one, ...others, alert(randomUUID(), breach)], nowEpochMs), vera);
  await painted(said([one], nowEpochMs), vera);
  await painted(said([one], nowEpochMs), ada);
  expect(timed).toEqual([50, 50]);
});

test("what is no such message, or too much, counts for nothing", async () => {
  const told = tell(...Array<Partial<Alert>>(3 * mostPainted).fill(breach));
  for (const wrong of [null, "x", {}, [], [{ id: "x", rev: 1, atEpochMs: 1 }], said(told, nowEpochMs)])
    await painted(wrong);
  expect(timed).toEqual([]);
  const allowance = new PaintAllowance();
  for (let i = 0; i < 3; i++)
    await painted(said(told.slice(i * mostPainted, (i + 1) * mostPainted), nowEpochMs), allowance);
  expect(timed).toHaveLength(2 * mostPainted);
  nowEpochMs += 1_000;
  await painted(said(told.slice(2 * mostPainted), nowEpochMs), allowance);
  expect(timed).toHaveLength(3 * mostPainted);
});
