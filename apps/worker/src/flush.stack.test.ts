import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { ArchiveIndex } from "@tapline/adapters/prisma";
import { connectRedis, SegmentBuffer } from "@tapline/adapters/redis";
import { newEntry } from "@tapline/core/audit";
import { hasCode } from "@tapline/core/kernel";
import type { Verdict } from "@tapline/core/tap";
import type { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { archivedTaps, type Client, connectAs, type Submitted, send, submit } from "./agent.fixture.ts";
import { flushBuffer, flushEffect } from "./jobs/flush-buffer.ts";
import { rawTap, setUpPath, type TestPath, until } from "./path.fixture.ts";
import { agentReport } from "./roles/agent-report.fixture.ts";
import type { Running } from "./wire/start-worker.ts";

let path: TestPath;
let running: Running[];
let redis: Redis;
let buffer: SegmentBuffer;
let index: ArchiveIndex;

beforeEach(async () => {
  path = await setUpPath();
  running = [];
  redis = connectRedis(path.redis.url, () => undefined);
  buffer = new SegmentBuffer(redis);
  index = new ArchiveIndex(path.prisma);
});
afterEach(async () => {
  await Promise.all(running.map((worker) => worker.stop(1_000)));
  redis.disconnect();
  await path.end();
});

async function start(role = ""): Promise<Running> {
  const worker = await path.start({ ROLE: role });
  running.push(worker);
  return worker;
}

const tapsOf = (tracker: number, from: number, count: number): Submitted[] =>
  Array.from({ length: count }, (_, i) => submit(from + i, rawTap(path.trackers[tracker]!, from + i)));

/** Runs the real command against the test's servers. */
function tapline(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const command = join(import.meta.dirname, "../bin/tapline.mjs");
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [command, "buffer", ...args],
      { env: path.environment },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

/** What an agent does: keeps each tap until it has its receipt, and sends all of them again at a new generation. */
async function deliverAsAgent(client: Client, taps: Submitted[], batch: number): Promise<void> {
  const open = new Map(taps.map((tap) => [tap.seq, tap]));
  let [after, generation] = ["0", ""];
  let unsent = [...taps];
  await until(
    "every tap has its receipt",
    async () => {
      const next = unsent.slice(0, batch).filter(({ seq }) => open.has(seq));
      const posted = next.length === 0 ? null : await client.post({ epoch: 1, taps: next });
      if (posted === null || posted.status === 202) unsent = unsent.slice(batch);
      const told = await client.receipts(after, 50).catch(() => null);
      if (told === null) return false;
      if (generation !== told.generation) {
        [generation, after] = [told.generation, "0"];
        unsent = [...open.values()];
        return false;
      }
      after = told.next;
      const verdicts: Verdict[] = told.receipts.flatMap((receipt) => receipt.verdicts);
      for (const { seq } of verdicts) open.delete(seq);
      return open.size === 0;
    },
    60_000,
  );
}

const act = { actor: { kind: "operator" as const, id: "test" }, reason: "poisoned", atEpochMs: 1 };

const audited = (action: string) => path.prisma.auditEntry.findMany({ where: { action } });

describe("a flush", () => {
  test("in the middle of a load loses nothing and doubles nothing: agents send again, each tap is archived once", async () => {
    const worker = await start();
    const clients = ["gate-1", "gate-2"].map((agent) => connectAs(path, agent, worker.ingestPort!));
    const each = 300;
    const sending = clients.map((client, i) => deliverAsAgent(client, tapsOf(i, 1, each), 20));
    await until("taps are on their way", async () => (await buffer.backlog()).taps > 0);
    const first = await buffer.generation();
    const flushed = await tapline("flush", "--reason", "drill", "--by", "ann", "--yes");
    expect(flushed).toMatchObject({ code: 0, stderr: "" });
    expect(flushed.stdout).toMatch(/will be sent again by their agents\n/);
    expect(flushed.stdout).toMatch(/open again, in its life/);
    expect(await buffer.generation()).not.toBe(first);
    await Promise.all(sending);
    const held = (await archivedTaps(path)).map(({ tracker, trackerSeq }) => `${tracker} ${trackerSeq}`);
    const wanted = [0, 1].flatMap((i) =>
      Array.from({ length: each }, (_, n) => `${path.trackers[i]!.id} ${n + 1}`),
    );
    expect(held.toSorted()).toEqual(wanted.toSorted());
    const [entry] = await audited("buffer.flushed");
    expect(entry).toMatchObject({ actorKind: "operator", actorId: "ann", subject: `buffer/${first}` });
    const kept = await path.prisma.auditErasable.findFirst({ where: { entryId: entry!.id } });
    expect(kept).toMatchObject({ field: "reason", value: "drill" });
    await until("claims of the life before are gone", async () => {
      return (await redis.keys(`tapline:{p0}:tracker:${first}:*`)).length === 0;
    });
    await Promise.all(clients.map((client) => client.close()));
  }, 120_000);

  test("says beforehand what it will do, and does nothing without --yes", async () => {
    const worker = await start("ingest,buffer");
    const client = connectAs(path, "gate-1", worker.ingestPort!);
    const generation = await send(client, 1, tapsOf(0, 1, 7));
    for (const [args, code] of [
      [["--reason", "x"], 1],
      [["--reason", "x", "--dry-run"], 0],
    ] as const) {
      const told = await tapline("flush", ...args);
      expect(told.code).toBe(code);
      expect(told.stdout).toMatch(/^life \S+ of the buffer would end:\n7 taps, of them those of 1 segment/);
      expect(told.stdout).toContain("may be lost: gate-1 (7 taps): it has never told what it holds");
    }
    const outbox = { epoch: 1, nextSeq: 8, taps: 7, bytes: 1, oldestAgeMs: 1, held: [[1, 7]] };
    await client.report({ ...agentReport, outbox });
    await until("the report is kept", async () => (await path.prisma.agentReport.count()) > 0);
    const held = await tapline("flush", "--reason", "x", "--dry-run");
    expect(held.stdout).toContain("agents that are there hold all of them: none is lost");
    expect((await tapline("flush", "--yes")).stderr).toContain("--reason");
    expect(await buffer.generation()).toBe(generation);
    const shown = await tapline("show");
    expect(shown.stdout).toMatch(
      /^life \S+\n7 taps, the oldest for .*\n.* of at most 256\.0 MiB: .* frames.*\nRedis uses/,
    );
    expect(shown.stdout).toMatch(/1 open segment:\n {2}\S+ {2}validation {2}7 taps/);
    expect(JSON.parse((await tapline("show", "--json")).stdout)).toMatchObject({ taps: 7, isShut: false });
    await client.close();
  }, 180_000);

  test("that was cut off before Redis forgot is done by the buffer service; in between nothing is recorded", async () => {
    const worker = await start("ingest,buffer");
    const client = connectAs(path, "gate-1", worker.ingestPort!);
    const life = await send(client, 1, tapsOf(0, 1, 5));
    const cut = flushBuffer(act, {
      buffer: {
        generation: () => buffer.generation(),
        backlog: () => buffer.backlog(),
        openSegments: () => buffer.openSegments(),
        endLife: () => Promise.reject(new Error("killed")),
      },
      index,
    });
    await expect(cut).rejects.toThrow("killed");
    expect(await buffer.generation()).toBe(life);
    const refused = await flushEffect({ buffer, index }).catch((error: unknown) => error);
    expect(hasCode(refused, "unavailable")).toBe(true);
    const next = await until(
      "the next life",
      async () => {
        const now = await buffer.generation();
        return now !== life && now;
      },
      30_000,
    );
    expect(await index.generation()).toBe(next);
    expect(await buffer.backlog()).toMatchObject({ taps: 0, frameBytes: 0, resultBytes: 0 });
    expect(await buffer.openSegments()).toEqual([]);
    await start("validation,encryption,transfer");
    await deliverAsAgent(client, tapsOf(0, 1, 5), 5);
    expect((await archivedTaps(path)).map(({ trackerSeq }) => trackerSeq).toSorted()).toEqual([
      1, 2, 3, 4, 5,
    ]);
    await client.close();
  }, 60_000);

  test("of a life that is over changes nothing", async () => {
    await start("buffer");
    const life = await until("the buffer is open", () => buffer.generation());
    const entry = { action: "buffer.flushed", subject: "buffer/another life", facts: {} } as const;
    const { atEpochMs, ...who } = act;
    const late = index.endGeneration("another life", newEntry(atEpochMs, randomBytes, { ...who, ...entry }));
    expect(hasCode(await late.catch((error: unknown) => error), "conflict")).toBe(true);
    expect(await buffer.endLife("another life")).toBe(false);
    expect([await buffer.generation(), await index.generation()]).toEqual([life, life]);
    expect(await audited("buffer.flushed")).toEqual([]);
  });
});

test("what an earlier version left in the buffer is not misread: agents send it again, and each tap is archived once", async () => {
  await redis.set("tapline:{p0}:generation", "0a1b-of-an-earlier-version");
  await redis.xadd("tapline:{p0}:frames", "*", "n", "1", "b", "3", "d", "old");
  await redis.rpush("tapline:{p0}:uncut", "1-1 1 3");
  await redis.xadd("tapline:{p0}:receipts:gate-1", "*", "j", JSON.stringify({ epoch: 1, verdicts: [] }));
  const worker = await start();
  const client = connectAs(path, "gate-1", worker.ingestPort!);
  const taps = tapsOf(0, 1, 5);
  await deliverAsAgent(client, taps, 5);
  expect(await buffer.generation()).toMatch(/^2-/);
  // What a slow machine made the agent send twice ends a moment later.
  await until("no frame is left", async () => (await redis.xlen("tapline:{p0}:frames")) === 0);
}, 120_000);
