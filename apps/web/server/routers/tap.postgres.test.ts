import { connectRedis } from "@tapline/adapters/redis";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { TapList, TapTrace } from "../../contracts/taps.ts";
import { FleetFeed } from "../../test-site/fleet.fixture.ts";
import { type FedTap, TapFeed } from "../../test-site/tap-feed.fixture.ts";
import { TapViews } from "../taps/tap-views.ts";
import { adminSignIn, setRole, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";

let running: TestConsole;
let feed: TapFeed;
let fleet: FleetFeed;
let cookie: string;

beforeAll(async () => {
  running = await startTestConsole();
  await running.console.ensureFirstAdmin(adminSignIn);
  ({ cookie } = await signIn(running.console.origin));
  await setRole(running.prisma, adminSignIn.email, "viewer");
  feed = new TapFeed(running.prisma, running.redisServer.url);
  fleet = new FleetFeed(running.prisma);
  await feed.begin();
  await fleet.fill("north", ["gate-1", "gate-2"]);
  await fleet.fill("south", ["desk-9"]);
});
beforeEach(() => feed.clear());
afterAll(async () => {
  feed.close();
  await running.stop();
});

async function ask<Data>(procedure: string, input: unknown, headers: Record<string, string> = { cookie }) {
  const query = `?input=${encodeURIComponent(JSON.stringify(input))}`;
  const response = await fetch(`${running.console.origin}/api/trpc/tap.${procedure}${query}`, { headers });
  const body = (await response.json()) as {
    result?: { data: Data };
    error?: { data: { tapline: { code: string } | null } };
  };
  return {
    ...{ status: response.status, data: body.result?.data as Data },
    code: body.error?.data.tapline?.code,
  };
}

const trace = (name: string) => ask<TapTrace>("trace", { name });
const list = (of: string, cursor: string | null = null) => ask<TapList>("list", { of, cursor });
const tracker = "2f00c1d4a9e37b10";
const tap = (seq: number, given: Partial<FedTap> = {}): FedTap => ({
  ...{ tracker, trackerSeq: seq, agent: "gate-1", seq },
  ...given,
});
const timeOf = ({ steps }: TapTrace, step: string) => steps.filter((one) => one.step === step);

test("an archived tap is found by tracker, by agent and by segment, with all that is known of its way", async () => {
  const segment = await feed.archive([tap(12)]);
  const names = [`${tracker} 12`, `${tracker} 1 12`, "gate-1/1/12", segment];
  const found = await Promise.all(names.map(trace));
  expect(found.map(({ data }) => data.name)).toEqual([
    `${tracker} 1 12`,
    `${tracker} 1 12`,
    "gate-1/1/12",
    segment,
  ]);
  for (const { data } of found)
    expect(data).toMatchObject({
      ...{ state: "archived", rung: "archived", isAt: null, rejection: null },
      tracker: { id: tracker, epoch: 1, seq: 12 },
      agent: { id: "gate-1", site: "north", epoch: 1, seq: 12 },
      segment: {
        ...{ id: segment, taps: 1, objectBytes: 4_711, copies: [{ target: "main" }, { target: "mirror" }] },
        keys: [{ subject: "CN=North archive 2026", state: "active" }],
      },
    });
  const { data } = await trace(`${tracker} 12`);
  expect(data.tracker?.digest).toMatch(/^[0-9a-f]{16}$/);
  for (const step of ["read", "cut", "archived", "indexed", "recorded"])
    expect(timeOf(data, step)).toEqual(
      timeOf(data, step).map((one) => ({ ...one, is: "known", atEpochMs: expect.any(Number) })),
    );
  for (const step of ["taken", "judged", "sealed", "receipt"])
    expect(timeOf(data, step)).toMatchObject([{ is: "not-kept", atEpochMs: null }]);
  expect(timeOf(data, "checkpoint")).toMatchObject([{ is: "not-yet" }]);
});

test("a tap is proven once a witness has cosigned a checkpoint that covers its segment, and not before", async () => {
  await feed.archive([tap(1)]);
  await feed.witness(false);
  const { data: noted } = await trace(`${tracker} 1`);
  expect(noted.rung).toBe("archived");
  expect(timeOf(noted, "checkpoint")).toMatchObject([{ is: "known" }]);
  expect(timeOf(noted, "cosigned")).toMatchObject([{ is: "not-yet" }]);
  await feed.witness(true);
  expect((await trace(`${tracker} 1`)).data.rung).toBe("proven");
  await feed.archive([tap(2)]);
  expect((await trace(`${tracker} 2`)).data.rung).toBe("archived");
});

test("of taps archived together it is said what the index does not know: which agent read which", async () => {
  const segment = await feed.archive([tap(1), tap(2), tap(7, { agent: "gate-2", seq: 3 })]);
  const { data } = await trace(`${tracker} 7`);
  expect(data).toMatchObject({ agent: null, segment: { id: segment, taps: 3 } });
  expect((await trace("gate-2/1/3")).data).toMatchObject({ tracker: null, agent: { id: "gate-2", seq: 3 } });
  await feed.archive([tap(20), tap(21)]);
  expect((await trace(`${tracker} 21`)).data.agent).toMatchObject({ id: "gate-1", seq: null });
});

test("a refused tap and a duplicate are found by their agent's numbers, with reason and first copy", async () => {
  const first = await feed.archive([tap(1)]);
  await feed.refuse(tap(2));
  await feed.repeat(tap(1, { seq: 3 }), first);
  expect((await trace("gate-1/1/2")).data).toMatchObject({
    ...{ state: "rejected", rung: "durable", reader: "desk left", segment: null },
    rejection: { reason: "bad-signature", rulesVersion: 3, replays: 0, digest: "07".repeat(32) },
  });
  expect((await trace("gate-1/1/3")).data).toMatchObject({
    ...{ state: "duplicate", firstCopyIn: first, segment: { id: first }, rung: "archived" },
  });
});

test("a tap on its way is found at its stage, and its receipt's time once it has ended", async () => {
  const end = await feed.begun(tap(30));
  const { data } = await trace(`${tracker} 30`);
  expect(data).toMatchObject({
    ...{ name: `${tracker} 1 30`, state: "under-way", rung: "durable" },
    agent: { id: "gate-1", epoch: 1, seq: 30 },
    isAt: { is: "stage", stage: "encryption", isFailing: false },
  });
  expect(timeOf(data, "taken")).toMatchObject([{ is: "known", atEpochMs: expect.any(Number) }]);
  expect(timeOf(data, "judged")).toMatchObject([{ is: "not-kept" }]);
  expect(timeOf(data, "sealed")).toMatchObject([{ is: "at-it" }]);
  const at = data.isAt?.is === "stage" ? data.isAt.segment : "";
  expect((await trace(at)).data).toMatchObject({ state: "under-way" });
  await end();
  const { data: ended } = await trace(`${tracker} 30`);
  expect(ended).toMatchObject({ state: "archived", isAt: null });
  expect(timeOf(ended, "receipt")).toMatchObject([{ is: "known", atEpochMs: expect.any(Number) }]);
});

test("a claim that was left over, without segment and index, ends the search", async () => {
  const { redis } = running;
  const generation = await redis.get("tapline:{p0}:generation");
  const segment = "019ad0c5-7f00-7abc-8def-0123456789ab";
  const claim = `0102030405060708 ${segment} gate-1/1/77`;
  await redis.hset(`tapline:{p0}:tracker:${generation}:${tracker}`, "1:77", claim);
  expect(await trace(`${tracker} 77`)).toMatchObject({ status: 404, code: "not-found" });
});

test("a number without an end is with its agent, in a gap, or not known", async () => {
  await fleet.report(["gate-2"], {
    outbox: { epoch: 1, nextSeq: 40, taps: 2, bytes: 900, oldestAgeMs: 5 },
  });
  await fleet.openGap("gate-2", 5, 6);
  expect((await trace("gate-2/1/39")).data).toMatchObject({
    ...{ state: "with-agent", rung: null, isAt: { is: "outbox-or-buffer" } },
  });
  expect((await trace("gate-2/1/5")).data).toMatchObject({ state: "gap", isAt: null });
  for (const name of ["gate-2/1/40", "gate-2/9/1", `${tracker} 999`, "019ad0c5-7f00-7abc-8def-0123456789ab"])
    expect(await trace(name)).toMatchObject({ status: 404, code: "not-found" });
  expect(await trace("gate-2")).toMatchObject({ status: 400, code: "invalid-input" });
});

test("an agent's list has every number with its end, page by page", async () => {
  const taps = Array.from({ length: 120 }, (_, i) => i + 1).filter((seq) => seq % 10 !== 0);
  const segment = await feed.archive(taps.map((seq) => tap(seq)));
  await feed.refuse(tap(60));
  await feed.repeat(tap(1, { seq: 70 }), segment);
  const rows: TapList["rows"] = [];
  for (let cursor: string | null = null, first = true; first || cursor !== null; first = false) {
    const { data } = await list("gate-1", cursor);
    expect(data.of).toBe("agent");
    expect(data.rows.length).toBeLessThanOrEqual(50);
    rows.push(...data.rows);
    cursor = data.next;
  }
  expect(rows.map(({ firstSeq }) => firstSeq)).toEqual(Array.from({ length: 119 }, (_, i) => 119 - i));
  const standingOf = (seq: number) => rows.find(({ firstSeq }) => firstSeq === seq);
  expect(standingOf(60)).toMatchObject({ is: "rejected", segment: null });
  expect(standingOf(70)).toMatchObject({ is: "duplicate", segment });
  expect(standingOf(80)).toMatchObject({ is: "open", atEpochMs: null });
  expect(rows.filter(({ is }) => is === "archived")).toHaveLength(108);
});

test("a tracker's list goes on across epochs' runs without a double; sites and all have runs, the newest first", async () => {
  const taps = Array.from({ length: 70 }, (_, i) => tap(i + 1));
  await feed.archive(taps.slice(0, 65));
  await feed.archive(taps.slice(65));
  await feed.archive([tap(1, { tracker: "ffff000011112222", agent: "desk-9", seq: 1 })]);
  const one = (await list(tracker)).data;
  const two = (await list(`tracker:${tracker}`, one.next)).data;
  expect([one.of, two.of, two.next]).toEqual(["tracker", "tracker", null]);
  expect([...one.rows, ...two.rows].map(({ firstSeq }) => firstSeq)).toEqual(
    Array.from({ length: 70 }, (_, i) => 70 - i),
  );
  const runsOf = ({ rows }: TapList) =>
    rows.map(({ who, firstSeq, lastSeq, taps: n }) => [who, firstSeq, lastSeq, n]);
  const south = ["desk-9", 1, 1, 1];
  const north = [
    ["gate-1", 66, 70, 5],
    ["gate-1", 1, 65, 65],
  ];
  expect(runsOf((await list("")).data)).toEqual([south, ...north]);
  expect(runsOf((await list("north")).data)).toEqual(north);
  expect(runsOf((await list("site:south")).data)).toEqual([south]);
  expect((await list("nobody")).data).toEqual({ of: "nothing", rows: [], next: null });
});

test("the runs of many segments come page by page, each once", async () => {
  for (let n = 1; n <= 60; n++) await feed.archive([tap(n)]);
  const one = (await list("")).data;
  const two = (await list("", one.next)).data;
  expect([one.rows.length, two.rows.length, two.next]).toEqual([50, 10, null]);
  const all = [...one.rows, ...two.rows].map(({ firstSeq }) => firstSeq);
  expect(all.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
});

test("nobody who is not signed in sees any of it, and a cursor that is none is refused", async () => {
  await feed.archive([tap(1)]);
  expect((await ask("trace", { name: `${tracker} 1` }, {})).status).toBe(401);
  expect((await ask("list", { of: "" }, {})).status).toBe(401);
  for (const cursor of ["x", '{"epoch":-1,"seq":2}', "[]"])
    expect(await list("gate-1", cursor)).toMatchObject({ status: 400, code: "invalid-input" });
});

test("while Redis does not answer, what is archived can be looked at all the same", async () => {
  await feed.archive([tap(1)]);
  const away = connectRedis("redis://127.0.0.1:1", () => undefined, { commandTimeoutMs: 200 });
  const views = new TapViews(running.prisma, away);
  const shown = await views.trace({ by: "tracker", tracker, epoch: null, seq: 1 }, null);
  expect(shown).toMatchObject({ state: "archived", rung: "archived" });
  expect(timeOf(shown, "receipt")).toMatchObject([{ is: "unread", atEpochMs: null }]);
  expect((await views.list("gate-1", null, null)).rows).toHaveLength(1);
  await expect(views.trace({ by: "tracker", tracker, epoch: null, seq: 2 }, null)).rejects.toMatchObject({
    code: "unavailable",
  });
  away.disconnect();
});
