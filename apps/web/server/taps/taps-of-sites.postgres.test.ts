import { ProofQueue } from "@tapline/adapters/bullmq";
import type { PrismaClient } from "@tapline/adapters/prisma";
import { connectRedis, queuePrefix } from "@tapline/adapters/redis";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { readTapName } from "../../contracts/tap-name.ts";
import type { TapList, TapTrace } from "../../contracts/taps.ts";
import { FleetFeed } from "../../test-site/fleet.fixture.ts";
import { type FedTap, TapFeed } from "../../test-site/tap-feed.fixture.ts";
import { addPerson } from "../people/add-person.fixture.ts";
import { adminSignIn, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";
import { TapViews } from "./tap-views.ts";

const kim = { email: "kim@console.test", password: "nine green kettles sing" };
const [own, other] = ["2f00c1d4a9e37b10", "2f00c1d4a9e37b11"];
const unknownSegment = "019ad0c5-7f00-7abc-8def-0123456789ab";

let running: TestConsole;
let feed: TapFeed;
let workers: ProofQueue;
/** Of taps of which a worker was asked for a proof. */
const proven: number[] = [];
let kimId: string;
let limited: string;
let admin: string;
let segments: { north: string; mixed: string; south: string };

beforeAll(async () => {
  running = await startTestConsole();
  await running.console.ensureFirstAdmin(adminSignIn);
  ({ cookie: admin } = await signIn(running.console.origin));
  kimId = await addPerson(running.prisma, { ...kim, name: "Kim", role: "viewer" });
  ({ cookie: limited } = await signIn(running.console.origin, kim));
  feed = new TapFeed(running.prisma, running.redisServer.url);
  const fleet = new FleetFeed(running.prisma);
  await feed.begin();
  await fleet.fill("north", ["gate-1"]);
  await fleet.fill("south", ["desk-9"]);
  workers = new ProofQueue(
    connectRedis(running.redisServer.url, () => undefined),
    queuePrefix,
  );
  const made = async ({ seq }: { seq: number }) => {
    proven.push(seq);
    return { is: "made", proof: "{}" } as const;
  };
  workers.work(made, { concurrency: 1, onError: () => undefined, onTakenOver: () => undefined });
});
beforeEach(async () => {
  await feed.clear();
  await see(["north"]);
  segments = {
    north: await feed.archive([north(1)]),
    mixed: await feed.archive([north(2), south(3)]),
    south: await feed.archive([south(4)]),
  };
});
afterAll(async () => {
  await workers.close(1_000);
  feed.close();
  await running.stop();
});

const see = (sites: string[]) =>
  running.prisma.user.update({ where: { id: kimId }, data: { scope: "sites", sites } });
const north = (seq: number): FedTap => ({ tracker: own, trackerSeq: seq, agent: "gate-1", seq });
const south = (seq: number): FedTap => ({ tracker: other, trackerSeq: seq, agent: "desk-9", seq });

async function ask<Data>(procedure: string, input: object, cookie = limited) {
  const query = `?input=${encodeURIComponent(JSON.stringify(input))}`;
  const response = await fetch(`${running.console.origin}/api/trpc/tap.${procedure}${query}`, {
    headers: { cookie },
  });
  const text = await response.text();
  return {
    status: response.status,
    text,
    data: (JSON.parse(text) as { result?: { data: Data } }).result?.data,
  };
}

const trace = (name: string, cookie = limited) => ask<TapTrace>("trace", { name }, cookie);
const list = (of: string, cookie = limited) => ask<TapList>("list", { of, cursor: null }, cookie);

/** An answer without what was asked for, by which alone two refusals may differ. */
const wordsOf = ({ status, text }: { status: number; text: string }, ...asked: string[]) => [
  status,
  asked.reduce((words, one) => words.replaceAll(one, "…"), text),
];

test("lists have the taps of one's sites, and what is elsewhere is called as what there is not", async () => {
  for (const word of ["", "north", "site:north", "gate-1", "agent:gate-1"]) {
    const { data, text } = await list(word);
    expect([word, data?.rows.map(({ who, lastSeq }) => `${who} ${lastSeq}`)]).toEqual([
      word,
      ["gate-1 2", "gate-1 1"],
    ]);
    for (const elsewhere of ["desk-9", other, segments.south]) expect(text).not.toContain(elsewhere);
  }
  const nothing = { of: "nothing", rows: [], next: null };
  for (const word of [
    "desk-9",
    "agent:desk-9",
    "south",
    "site:south",
    own,
    `tracker:${own}`,
    other,
    "nobody",
  ])
    expect([word, (await list(word)).data]).toEqual([word, nothing]);
  expect((await list("", admin)).data?.rows).toHaveLength(4);
  await see([]);
  expect((await list("")).data).toEqual({ of: "all", rows: [], next: null });
  expect((await list("gate-1")).data).toEqual(nothing);
});

test("of a segment that is shared one's own part is told, and neither how much else lies in it nor when it was read", async () => {
  const { data, text } = await trace("gate-1/1/2");
  expect(data).toMatchObject({
    ...{ state: "archived", tracker: null, agent: { id: "gate-1", seq: 2 } },
    segment: { id: segments.mixed, taps: null, objectBytes: null, trackers: [], agents: [{ id: "gate-1" }] },
  });
  expect(data?.segment?.agents).toHaveLength(1);
  expect(data?.steps.find(({ step }) => step === "read")).toMatchObject({ is: "not-kept", atEpochMs: null });
  for (const elsewhere of ["desk-9", other, own]) expect(text).not.toContain(elsewhere);
  for (const name of ["gate-1/1/1", `${own} 1`, segments.north])
    expect((await trace(name)).data).toMatchObject({
      segment: { taps: 1, objectBytes: 4_711, trackers: [{ id: own }] },
    });
});

test("a tap elsewhere, or of which nobody can say where it was read, is not known, as one that there is not", async () => {
  const end = await feed.begun(south(30));
  const agent = wordsOf(await trace("desk-8/1/4"), "desk-8");
  expect(wordsOf(await trace("desk-9/1/4"), "desk-9")).toEqual(agent);
  const tracker = wordsOf(await trace(`${other} 77`), other, "77");
  for (const [id, seq] of [
    [own, "2"],
    [other, "3"],
    [other, "4"],
    [other, "30"],
  ] as const)
    expect([seq, wordsOf(await trace(`${id} ${seq}`), id, `tap ${seq}`)]).toEqual([
      seq,
      wordsOf(await trace(`${id} 77`), id, "tap 77"),
    ]);
  expect(tracker[0]).toBe(404);
  const segment = wordsOf(await trace(unknownSegment), unknownSegment);
  for (const id of [segments.mixed, segments.south]) expect(wordsOf(await trace(id), id)).toEqual(segment);
  expect((await trace("desk-9/1/4", admin)).status).toBe(200);
  expect((await trace(`${other} 30`, admin)).data).toMatchObject({ state: "under-way" });
  await end();
  expect((await trace(`${other} 30`)).status).toBe(404);
});

test("an answer that a tap is not known takes as many questions, whether it lies elsewhere or nowhere", async () => {
  const asked: string[] = [];
  const counting = running.prisma.$extends({
    query: {
      $allOperations: ({ model, operation, args, query }) => {
        asked.push(`${model} ${operation}`);
        return query(args);
      },
    },
  });
  const redis = connectRedis(running.redisServer.url, () => undefined);
  onTestFinished(() => redis.disconnect());
  const views = new TapViews(counting as unknown as PrismaClient, redis);
  onTestFinished(await feed.begun(south(40)));
  const questionsOf = async (tracker: string, seq: number) => {
    const name = readTapName(`${tracker} 1 ${seq}`);
    if (name === null) throw new Error("this names no tap");
    asked.length = 0;
    const tap = { tracker, epoch: 1, seq };
    await expect(views.trace(name, ["north"])).rejects.toMatchObject({ code: "not-found" });
    await expect(views.mustSee(tap, ["north"])).rejects.toMatchObject({ code: "not-found" });
    return asked.toSorted();
  };
  const nowhere = await questionsOf(other, 77);
  expect(nowhere).not.toEqual([]);
  for (const elsewhere of [3, 4, 40])
    expect([elsewhere, await questionsOf(other, elsewhere)]).toEqual([elsewhere, nowhere]);
});

test("one's own tap is followed on its way; that the first copy of a duplicate lies elsewhere is not told", async () => {
  await feed.begun(north(31));
  const { data: onItsWay } = await trace(`${own} 31`);
  expect(onItsWay).toMatchObject({ state: "under-way", agent: { id: "gate-1", site: "north" } });
  expect(onItsWay?.steps.find(({ step }) => step === "taken")?.is).toBe("not-kept");
  await feed.repeat(north(5), segments.south);
  await feed.repeat(north(6), segments.north);
  const duplicate = await trace("gate-1/1/5");
  expect(duplicate.data).toMatchObject({ state: "duplicate", firstCopyIn: null, segment: null });
  expect((await trace("gate-1/1/6")).data).toMatchObject({ firstCopyIn: segments.north });
  const listed = await list("gate-1");
  expect(listed.data?.rows.slice(0, 2)).toMatchObject([
    ...[
      { is: "duplicate", segment: null },
      { is: "duplicate", segment: null },
    ],
  ]);
  for (const { text } of [duplicate, listed]) expect(text).not.toContain(segments.south);
});

test("a proof is made of a tap of one's sites; nobody is asked for another one, nor for a slip of it", async () => {
  const proof = (tracker: string, seq: number) => ask("proof", { tracker, epoch: 1, seq });
  expect(await proof(own, 1)).toMatchObject({ status: 200, data: { json: "{}" } });
  const slip = async (tracker: string, seq: number) => {
    const tap = encodeURIComponent(`${tracker} 1 ${seq}`);
    const response = await fetch(`${running.console.origin}/taps/slip?tap=${tap}`, {
      headers: { cookie: limited },
    });
    return wordsOf(
      { status: response.status, text: await response.text() },
      `tap ${seq} of tracker ${tracker}`,
    );
  };
  const [none, noSlip] = [wordsOf(await proof(other, 77), "tap 77"), await slip(other, 77)];
  expect([none[0], noSlip[0]]).toEqual([404, 404]);
  for (const seq of [3, 4]) {
    expect(wordsOf(await proof(other, seq), `tap ${seq}`)).toEqual(none);
    expect(await slip(other, seq)).toEqual(noSlip);
  }
  expect((await proof(own, 2)).status).toBe(404);
  expect(proven).toEqual([1]);
});
