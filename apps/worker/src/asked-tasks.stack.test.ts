import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type AskedListing, AskedTasks, type NewAsked, TrackerRegistry } from "@tapline/adapters/prisma";
import { objectPaths } from "@tapline/core/transfer";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { archivedTaps, connectAs, deliver, send, submit } from "./agent.fixture.ts";
import { rawTap, setUpPath, type TestPath, type TestTracker, until } from "./path.fixture.ts";
import type { Running } from "./wire/start-worker.ts";

vi.setConfig({ testTimeout: 240_000 });

const act = { actor: { kind: "operator", id: "ann" }, reason: "to be sure" } as const;
const wrongKey = `SHA256:${Buffer.alloc(32, 7).toString("base64").replace("=", "")}`;

let path: TestPath;
let asked: AskedTasks;
let running: Running[] = [];

beforeAll(async () => {
  path = await setUpPath();
  asked = new AskedTasks(path.prisma, Date.now);
});
afterEach(async () => {
  await Promise.all(running.map((worker) => worker.stop(2_000)));
  running = [];
});
afterAll(() => path.end());

async function start(changes: Record<string, string> = {}): Promise<Running> {
  const worker = await path.start(changes);
  running.push(worker);
  return worker;
}

/** Asks, and waits for what comes of it. */
async function askFor(task: NewAsked): Promise<AskedListing> {
  const id = await asked.ask(task, act);
  const ended = async () => {
    const found = await asked.find(id);
    return found.endedAtEpochMs === null ? null : found;
  };
  return await until(`an end of ${task.kind}`, ended, 90_000);
}

const verifying = (wish: object = {}): NewAsked => ({
  ...{ kind: "verify", subject: "archive/main" },
  wish: { target: "main", day: null, segment: null, ...wish },
});

test("what lies in the archive is verified, a restore of it looked at beforehand, and one flipped bit told", async () => {
  const worker = await start();
  const client = connectAs(path, "gate-1", worker.ingestPort!);
  await deliver(client, 1, [submit(1, rawTap(path.trackers[0]!, 1))]);
  await client.close();
  const { id } = await path.prisma.segment.findFirstOrThrow();
  const found = await askFor(verifying());
  expect(found).toMatchObject({
    ...{ state: "done", askedBy: "ann", reason: "to be sure", takenBy: expect.any(String) },
    outcome: {
      says: "All of it is as it was archived.",
      facts: { segments: 1, objects: 1, taps: 1, faults: 0 },
    },
  });
  const copy = await path.prisma.segmentCopy.findFirstOrThrow({ where: { segmentId: id } });
  expect(copy.readBackAt).not.toBeNull();
  const day = objectPaths(id).object.slice(0, 10).replaceAll("/", "-");
  const preview = await askFor({
    kind: "preview-restore",
    subject: `day/${day}`,
    wish: { day, segment: null },
  });
  expect(preview.outcome).toMatchObject({ facts: { objects: 1, taps: 1, "not as they should be": 0 } });
  expect(preview.outcome?.list.join("\n")).toMatch(/\(active\) opens all of it/);
  const none = await askFor({
    kind: "preview-restore",
    subject: "day/2001",
    wish: { day: "2001-01-01", segment: null },
  });
  expect(none).toMatchObject({ state: "failed", outcome: { says: "Nothing of that is archived." } });

  const file = join(path.sshd.rootDir, objectPaths(id).object);
  const whole = await readFile(file);
  const flipped = Buffer.from(whole);
  flipped[400]! ^= 1;
  await writeFile(file, flipped);
  const damaged = await askFor(verifying({ segment: id }));
  expect(damaged.outcome).toMatchObject({ says: "1 fault was found.", facts: { faults: 1 } });
  expect(damaged.outcome?.list).toEqual([expect.stringContaining(objectPaths(id).object)]);
  await writeFile(file, whole.subarray(0, 100));
  const short = await askFor({
    kind: "preview-restore",
    subject: `segment/${id}`,
    wish: { day: null, segment: id },
  });
  expect(short.outcome).toMatchObject({ facts: { "not as they should be": 1 } });
  await writeFile(file, whole);
  const entries = await path.prisma.auditEntry.findMany({
    where: { subject: "archive/main" },
    orderBy: { recordedAt: "asc" },
  });
  expect(entries.slice(0, 2).map(({ action, actorId }) => `${actorId} ${action}`)).toEqual([
    "ann archive.asked",
    "asked-tasks archive.answered",
  ]);
});

test("a segment that fails is tried at once, what comes of it is told, and only the key that was seen is believed", async () => {
  const worker = await start({ TAPLINE_ARCHIVE_HOST_KEY: wrongKey });
  const client = connectAs(path, "gate-1", worker.ingestPort!);
  await send(client, 2, [submit(1, rawTap(path.trackers[0]!, 2))]);
  await client.close();
  const open = async () => {
    const { SegmentBuffer, connectRedis } = await import("@tapline/adapters/redis");
    const redis = connectRedis(path.redis.url, () => undefined);
    const [segment] = await new SegmentBuffer(redis).openSegments();
    redis.disconnect();
    return segment?.stage === "transfer" ? segment : null;
  };
  const segment = await until("a segment that waits for the archive", open, 60_000);
  const wish = { segment: segment.id };
  const retried = await askFor({ kind: "retry", subject: `segment/${segment.id}`, wish });
  expect(retried).toMatchObject({
    state: "failed",
    outcome: { says: expect.stringContaining("failed again") },
  });

  const target = { target: "main" };
  const seen = await askFor({ kind: "look-at-host-key", subject: "archive/main", wish: target });
  expect(seen.outcome).toMatchObject({ facts: { offered: path.sshd.hostKeyPin }, list: [wrongKey] });
  const other = await askFor({
    kind: "repin",
    subject: "archive/main",
    wish: { ...target, offered: wrongKey },
  });
  expect(other).toMatchObject({
    state: "failed",
    outcome: { says: expect.stringContaining("not the key that was looked at") },
  });
  const offered = path.sshd.hostKeyPin;
  const done = await askFor({ kind: "repin", subject: "archive/main", wish: { ...target, offered } });
  expect(done.outcome?.says).toContain(`TAPLINE_ARCHIVE_HOST_KEY=${offered},${wrongKey}`);
  const entry = await path.prisma.auditEntry.findFirstOrThrow({ where: { action: "archive.repinned" } });
  expect(entry.actorId).toBe("ann");
  await Promise.all(running.splice(0).map((one) => one.stop(2_000)));
  await start();
  await until("its end", async () => (await archivedTaps(path)).length === 2, 60_000);
  const gone = await askFor({ kind: "retry", subject: `segment/${segment.id}`, wish });
  expect(gone).toMatchObject({
    state: "failed",
    outcome: { says: expect.stringContaining("ended meanwhile") },
  });
});

test("refused taps are looked at first, and archived by a replay once their tracker is enrolled, in the name of who asked", async () => {
  const worker = await start();
  const [known] = path.trackers;
  const stranger: TestTracker = { ...known!, id: "00000000000000aa" };
  const client = connectAs(path, "gate-2", worker.ingestPort!);
  const { verdicts } = await deliver(client, 1, [submit(1, rawTap(stranger, 1))]);
  await client.close();
  expect(verdicts.get(1)).toMatchObject({ verdict: "rejected" });
  const wish = { reason: null, agent: "gate-2", site: null };
  const about = { subject: "quarantine/agent gate-2", wish };
  const before = await askFor({ kind: "preview-replay", ...about });
  expect(before.outcome).toMatchObject({ facts: { passing: 0, "refused still": 1 } });
  await enrol(stranger);
  const preview = await askFor({ kind: "preview-replay", ...about });
  expect(preview.outcome).toMatchObject({ facts: { passing: 1 } });
  const replayed = await askFor({ kind: "replay", ...about });
  expect(replayed.outcome).toMatchObject({ says: "Of 1 tap in quarantine 1 went into the buffer again." });
  const row = async () =>
    (await path.prisma.quarantinedTap.findFirst({ where: { agent: "gate-2", outcome: "archived" } })) ?? null;
  expect(await until("the tap's end", row, 60_000)).toMatchObject({ replayedBy: "operator/ann" });
});

/** The stranger signs with another tracker's key, which becomes its own. */
async function enrol({ id, kid }: TestTracker): Promise<void> {
  const { publicKey } = await path.prisma.tracker.findFirstOrThrow({ where: { kid } });
  await path.prisma.tracker.update({ where: { kid }, data: { kid: null } });
  await new TrackerRegistry(path.prisma, Date.now).enrol(
    [{ id, kid, publicKey: Buffer.from(publicKey ?? []) }],
    {
      ...{ version: 1, id: crypto.randomUUID(), atEpochMs: Date.now(), actor: act.actor, reason: null },
      ...{ action: "tracker.enrolled", subject: `tracker/${id}`, facts: { count: 1 } },
    },
  );
}
