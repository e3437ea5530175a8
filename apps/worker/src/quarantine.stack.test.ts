import { spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { RulesDesk } from "@tapline/adapters/prisma";
import { connectRedis, SegmentBuffer } from "@tapline/adapters/redis";
import { encodeFrame } from "@tapline/core/buffer";
import { FrameSeal, sealWithProcessKey } from "@tapline/core/encryption/process-key";
import { sha256 } from "@tapline/core/kernel";
import { defaultRules } from "@tapline/core/validation";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { archivedTaps, connectAs, deliver, submit } from "./agent.fixture.ts";
import { rawTap, setUpPath, type TestPath, until } from "./path.fixture.ts";
import { openQuarantine } from "./wire/commands/quarantine.ts";
import type { Running } from "./wire/start-worker.ts";

const limits = { tapsPerSecond: 5_000, windowTaps: 50_000, maxBytes: 256 * 1024 * 1024, sealsFrames: true };
const act = { actor: { kind: "operator", id: "ada" }, reason: "a new sensor" } as const;
let path: TestPath;
let worker: Running;
let quarantine: ReturnType<typeof openQuarantine>;
let key: Buffer;

beforeAll(async () => {
  path = await setUpPath();
  worker = await path.start();
  key = Buffer.from(await readFile(path.environment.TAPLINE_PROCESS_KEY, "utf8"), "hex");
  quarantine = openQuarantine(path.environment.DATABASE_URL, [key]);
});
afterEach(() => switchTo({ ...defaultRules }));
afterAll(async () => {
  await quarantine.close();
  await worker.stop(2_000);
  await path.end();
});

/** Puts rules in force, and waits until validation has noticed. */
async function switchTo(rules: typeof defaultRules): Promise<void> {
  const desk = new RulesDesk(path.prisma, Date.now);
  await desk.switchTo(await desk.release(rules, act), act);
  await new Promise((resolve) => setTimeout(resolve, 1_100));
}

const wider = { ...defaultRules, unsigned: "accept" as const };
const replay = (reason = "unsigned", agent = "gate-1") =>
  quarantine.replay({ reason, agent }, act, path.redis.url, limits);
const rowOf = (epoch: number, seq: number) => quarantine.desk.find({ agent: "gate-1", epoch, seq });
const outcomeOf = (epoch: number, seq: number) =>
  until("the replay's outcome", async () => {
    const row = await rowOf(epoch, seq);
    return row.outcome !== null && row;
  });
const countOf = async (tracker: string, seq: number): Promise<number> =>
  (await archivedTaps(path)).filter((tap) => tap.tracker === tracker && tap.trackerSeq === seq).length;
const replayedEntries = () => path.prisma.auditEntry.count({ where: { action: "quarantine.replayed" } });

/** Delivers unsigned taps that are refused. */
async function refuse(epoch: number, tracker: number, seqs: readonly number[]): Promise<Buffer[]> {
  const client = connectAs(path, "gate-1", worker.ingestPort!);
  const raws = seqs.map((seq) => rawTap(path.trackers[tracker]!, seq, {}, true));
  const taps = raws.map((raw, i) => submit(i + 1, raw));
  const { verdicts } = await deliver(client, epoch, taps);
  for (const { seq } of taps) expect(verdicts.get(seq)).toMatchObject({ reason: "unsigned" });
  await client.close();
  return raws;
}

test("a refused tap is archived once after the rules were changed, however often and at once it is replayed", async () => {
  await refuse(50, 0, [1, 2, 3]);
  expect(await replay()).toMatchObject({ looked: 3, passing: 0, refused: { unsigned: 3 } });
  expect((await rowOf(50, 1)).replays).toBe(0);
  expect(await quarantine.preview({}, wider)).toMatchObject({ looked: 3, passing: 3 });
  await switchTo(wider);
  expect(await quarantine.preview({})).toMatchObject({ passing: 3 });
  expect(await replayedEntries()).toBe(0);
  await Promise.all([replay(), replay(), replay()]);
  for (const seq of [1, 2, 3]) {
    const { outcome, outcomeSegment, reason, replayedBy } = await outcomeOf(50, seq);
    expect({ outcome, reason, replayedBy }).toEqual({
      outcome: "archived",
      reason: "unsigned",
      replayedBy: "operator/ada",
    });
    expect(await path.prisma.segment.count({ where: { id: outcomeSegment ?? "" } })).toBe(1);
  }
  expect(await replay()).toMatchObject({ looked: 0, passing: 0 });
  for (const seq of [1, 2, 3]) expect(await countOf(path.trackers[0]!.id, seq)).toBe(1);
  expect(await replayedEntries()).toBeGreaterThan(0);
}, 60_000);

test("a tap that its agent sends again meanwhile is archived once, and the row says where", async () => {
  const raws = await refuse(51, 1, [1, 2]);
  await switchTo(wider);
  const client = connectAs(path, "gate-1", worker.ingestPort!);
  const again = raws.map((raw, i) => submit(i + 1, raw));
  await Promise.all([replay(), client.post({ epoch: 51, taps: again }), replay()]);
  await until("nothing is under way", async () => {
    await replay();
    return (await rowOf(51, 1)).outcome !== null && (await rowOf(51, 2)).outcome !== null;
  });
  for (const seq of [1, 2]) expect(await countOf(path.trackers[1]!.id, seq)).toBe(1);
  await client.close();
}, 60_000);

test("a replay that died between its note and the buffer is done by the next one", async () => {
  await refuse(52, 2, [1]);
  await switchTo(wider);
  await quarantine.desk.noteReplay([{ agent: "gate-1", epoch: 52, seq: 1 }], act);
  expect(await rowOf(52, 1)).toMatchObject({ replays: 1, outcome: null });
  await replay();
  expect(await outcomeOf(52, 1)).toMatchObject({ outcome: "archived", replays: 2 });
  expect(await countOf(path.trackers[2]!.id, 1)).toBe(1);
}, 60_000);

test("a replayed tap that is refused again keeps its row, with the new reason and the old one", async () => {
  const [raw] = await refuse(53, 2, [5]);
  await switchTo({ ...wider, batteryPercent: { max: 10 } });
  const tap = { agent: "gate-1", epoch: 53, seq: 1 };
  await quarantine.desk.noteReplay([tap], act);
  // As when the rules change between a replay's look and validation's.
  const redis = connectRedis(path.redis.url, () => undefined);

  const frame = encodeFrame([
    {
      ...{ ...tap, reader: "r", traceparent: "", payload: raw! },
      ...{ readAtEpochMs: Date.now(), ingestedAtEpochMs: Date.now() },
    },
  ]);
  await new SegmentBuffer(redis, { seal: new FrameSeal([key], randomBytes) }).append(frame, 1, randomUUID());
  expect(await outcomeOf(53, 1)).toMatchObject({
    ...{ outcome: "refused", reason: "implausible", firstReason: "unsigned", replays: 1 },
  });
  redis.disconnect();
  await switchTo(wider);
  await replay("implausible");
  await until("it is archived", async () => (await rowOf(53, 1)).outcome === "archived");
  expect(await countOf(path.trackers[2]!.id, 5)).toBe(1);
}, 60_000);

test("the command killed amidst a replay leaves nothing lost and nothing twice, once it is run again", async () => {
  const taps = 3_000;
  const data = Array.from({ length: taps }, (_, i) => {
    const raw = rawTap(path.trackers[0]!, 10_000 + i, { samples: [[0, 60, 1]] }, true);
    return {
      ...{ agent: "gate-2", epoch: 54n, seq: BigInt(i + 1), reason: "unsigned", detail: "", reader: "r" },
      ...{
        digest: Uint8Array.from(sha256(raw)),
        sealedPayload: Uint8Array.from(sealWithProcessKey(raw, key, randomBytes)),
        readAt: new Date(),
      },
    };
  });
  await path.prisma.quarantinedTap.createMany({ data });
  await switchTo(wider);
  const main = new URL("./cli/main.ts", import.meta.url).pathname;
  const args = [
    main,
    "quarantine",
    "replay",
    "--agent",
    "gate-2",
    "--reason",
    "killed",
    "--by",
    "ada",
    "--yes",
  ];
  const before = await replayedEntries();
  const command = spawn(process.execPath, args, { env: path.environment, stdio: "ignore" });
  const ended = once(command, "exit");
  await until("some batches are in", async () => (await replayedEntries()) > before + 2, 60_000);
  command.kill("SIGKILL");
  expect((await ended)[1]).toBe("SIGKILL");
  expect(await path.prisma.quarantinedTap.count({ where: { agent: "gate-2", replays: 0 } })).toBeGreaterThan(
    0,
  );
  await replay("unsigned", "gate-2");
  const where = { agent: "gate-2", outcome: "archived" };
  await until(
    "all are archived",
    async () => (await path.prisma.quarantinedTap.count({ where })) === taps,
    60_000,
  );
  const numbers = (await archivedTaps(path))
    .map(({ trackerSeq }) => trackerSeq)
    .filter((seq) => seq >= 10_000);
  expect(new Set(numbers).size).toBe(taps);
  expect(numbers).toHaveLength(taps);
}, 180_000);
