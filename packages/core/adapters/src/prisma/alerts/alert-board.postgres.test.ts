import { randomBytes } from "node:crypto";
import { type Alert, entryOf, openAlert, type Raise, type Severity } from "@tapline/core/alerts";
import { uuidV7 } from "@tapline/core/kernel";
import { afterAll, beforeEach, expect, test } from "vitest";
import { freshDatabase, servicesOf } from "../../../../../../tools/test-servers/index.ts";
import { connectPrisma, type PrismaClient } from "../index.ts";
import { AlertBoard, AlertDesk } from "./index.ts";

let services: PrismaClient;
let desk: AlertDesk;
let board: AlertBoard;

beforeEach(async () => {
  await services?.$disconnect();
  services = connectPrisma(servicesOf(await freshDatabase()));
  desk = new AlertDesk(services);
  board = new AlertBoard(services);
});
afterAll(() => services.$disconnect());

const open = {
  states: ["active-unacknowledged", "returned-unacknowledged", "acknowledged"],
} as const;
let places = 0;

async function raised(severity: Severity, atEpochMs: number, more: Partial<Raise> = {}): Promise<Alert> {
  places += 1;
  const raise: Raise = {
    ...{ ruleId: "rejects-high", release: "ab".repeat(32), scope: { agent: `Desk-${places}`, site: "a" } },
    ...{
      severity,
      message: "too many",
      value: 12,
      limit: 10,
      group: null,
      firstOut: false,
      suppressedBy: null,
    },
    ...{ unit: "rejects/s", breachedAtEpochMs: atEpochMs },
    ...more,
  };
  const step = openAlert(uuidV7(Date.now(), randomBytes), raise, {
    atEpochMs,
    actor: { kind: "job", id: "alerts" },
  });
  const entries = [entryOf(step, uuidV7(atEpochMs, randomBytes))];
  await desk.write([{ baseRev: 0, alert: step.alert, entries }]);
  return step.alert;
}

const idsOf = ({ alerts }: { alerts: readonly Alert[] }) => alerts.map(({ id }) => id);

test("what calls comes first, of that the worst, then the newest, page by page without gap or double", async () => {
  const info = await raised("info", 9_000);
  const old = await raised("critical", 1_000);
  const young = await raised("critical", 2_000);
  const seen = await raised("critical", 3_000);
  await desk.act(
    seen.id,
    { kind: "acknowledge", note: null },
    {
      ...{ atEpochMs: 4_000, seenRev: 1, actor: { kind: "operator", id: "ada" } },
    },
  );
  const order = [young.id, old.id, info.id, seen.id];
  expect(idsOf(await board.page(open, 10))).toEqual(order);
  let after: string | null = null;
  const paged: string[] = [];
  do {
    const page = await board.page(open, 1, after);
    paged.push(...idsOf(page));
    after = page.next;
  } while (after !== null);
  expect(paged).toEqual(order);
});

test("alerts raised in the same millisecond are told apart by their ids", async () => {
  const all = [await raised("info", 1_000), await raised("info", 1_000), await raised("info", 1_000)];
  const first = await board.page(open, 2);
  expect([...idsOf(first), ...idsOf(await board.page(open, 2, first.next))]).toEqual(
    idsOf({ alerts: all }).toSorted(),
  );
});

test("finds by severity, by group and by part of message, rule or place, in any case", async () => {
  const one = await raised("critical", 1_000, { message: "The ARCHIVE is away", group: "g", firstOut: true });
  const two = await raised("info", 2_000, { scope: { site: "Harbour" }, group: "g" });
  const page = async (given: object) => idsOf(await board.page({ ...open, ...given }, 10));
  expect(await page({ severity: "critical" })).toEqual([one.id]);
  expect(await page({ group: "g" })).toEqual([one.id, two.id]);
  expect(await page({ text: "archive" })).toEqual([one.id]);
  expect(await page({ text: "HARB" })).toEqual([two.id]);
  expect(await page({ text: "rejects" })).toEqual([one.id, two.id]);
  expect(await page({ text: "%" })).toEqual([]);
  expect(await board.sizeOf("g")).toBe(2);
});

test("counts what is open, and names the newest that came of nothing else", async () => {
  const first = await raised("warning", 1_000, { group: "g", firstOut: true });
  await raised("warning", 2_000, { group: "g" });
  await raised("critical", 3_000, { suppressedBy: { ruleId: "agent-offline", scopeKey: "" } });
  expect((await board.counts()).toSorted((a, b) => a.count - b.count)).toEqual([
    { severity: "critical", state: "suppressed", count: 1 },
    { severity: "warning", state: "active-unacknowledged", count: 2 },
  ]);
  expect(await board.newestFirstOut()).toEqual(first);
  await raised("info", 4_000, { group: "alone", firstOut: true });
  expect(await board.groupSizes()).toEqual({ g: 2 });
});

test("where the first of a group does not call, the first of it that does is named", async () => {
  const by = { ruleId: "archive-away", scopeKey: "archive=main" };
  await raised("warning", 1_000, { group: "g", firstOut: true, suppressedBy: by });
  expect(await board.newestFirstOut()).toBeNull();
  const cause = await raised("critical", 2_000, { group: "g" });
  await raised("warning", 3_000, { group: "g" });
  expect(await board.newestFirstOut()).toEqual(cause);
  const other = await raised("info", 2_500, { group: "other" });
  expect(await board.newestFirstOut()).toEqual(other);
  const alone = await raised("info", 2_600);
  expect(await board.newestFirstOut()).toEqual(alone);
});

test("what is no place is refused", async () => {
  for (const place of ["", "[]", '[1,1,1,"x"]', '[1,1,1,"1; DROP"]'])
    await expect(board.page(open, 2, place)).rejects.toMatchObject({ code: "invalid-input" });
});

test("of some sites alone those are listed, counted, found and acted on that name one of them", async () => {
  const here = await raised("critical", 1_000, { scope: { site: "a", agent: "desk" } });
  const there = await raised("critical", 2_000, { scope: { site: "b" } });
  const everywhere = await raised("critical", 3_000, { scope: {} });
  const listed = async (sites: string[] | null) => idsOf(await board.page({ ...open, sites }, 10));
  expect(await listed(null)).toEqual([everywhere.id, there.id, here.id]);
  expect([await listed(["a"]), await listed(["a", "b"]), await listed([])]).toEqual([
    [here.id],
    [there.id, here.id],
    [],
  ]);
  expect(await board.counts(["a"])).toEqual([
    { severity: "critical", state: "active-unacknowledged", count: 1 },
  ]);
  expect(await board.counts([])).toEqual([]);
  expect((await board.newestFirstOut(["a"]))?.id).toBe(here.id);
  expect(await board.newestFirstOut([])).toBeNull();
  expect((await desk.find(here.id, ["a"])).id).toBe(here.id);
  const noted = { kind: "note", note: "seen" } as const;
  const context = { atEpochMs: 4_000, actor: { kind: "operator", id: "kim" }, seenRev: 1 } as const;
  for (const { id } of [there, everywhere]) {
    await expect(desk.find(id, ["a"])).rejects.toMatchObject({ code: "not-found" });
    await expect(desk.act(id, noted, { ...context, sites: ["a"] })).rejects.toMatchObject({
      code: "not-found",
    });
  }
  expect((await desk.act(here.id, noted, { ...context, sites: ["a"] })).rev).toBe(2);
});
