import { execFile } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ArchiveIndex, ArchiveNotes } from "@tapline/adapters/prisma";
import {
  connectRedis,
  RefusedQuota,
  SegmentBuffer,
  SegmentShares,
  StageEvidence,
  TapLedger,
} from "@tapline/adapters/redis";
import { ArchiveSet, SftpArchive, type SftpHooks } from "@tapline/adapters/sftp";
import { hasCode } from "@tapline/core/kernel";
import { CumulativeTelemetry } from "@tapline/core/telemetry";
import { mainTarget } from "@tapline/core/transfer";
import type { Redis } from "ioredis";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { archivedTaps, type Client, connectAs, deliver, gather, send, submit } from "./agent.fixture.ts";
import { SegmentLoader } from "./jobs/segment-loader.ts";
import { transferSegment } from "./jobs/transfer-segment.ts";
import { rawTap, setUpPath, type TestPath, until } from "./path.fixture.ts";
import type { Running } from "./wire/start-worker.ts";

let path: TestPath;
let running: Running[];
let client: Client;
let redis: Redis;

beforeEach(async () => {
  path = await setUpPath();
  running = [];
  redis = connectRedis(path.redis.url, () => undefined);
});
afterEach(async () => {
  await client.close();
  await Promise.all(running.map((worker) => worker.stop(1_000)));
  redis.disconnect();
  await path.end();
});

async function start(role: string): Promise<Running> {
  // In the clear, since the test itself takes the place of services and reads what lies there.
  const worker = await path.start({ ROLE: role, TAPLINE_BUFFER_SEAL: "none" });
  running.push(worker);
  return worker;
}

const taps = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => submit(from + i, rawTap(path.trackers[0]!, from + i)));

const seqsIn = async (): Promise<number[]> =>
  (await archivedTaps(path)).map(({ trackerSeq }) => trackerSeq).toSorted((a, b) => a - b);

describe("an index that was lost", () => {
  test("is rebuilt by the buffer service while Redis stands; nothing sent in between is archived twice", async () => {
    const worker = await start("");
    client = connectAs(path, "gate-1", worker.ingestPort!);
    const other = connectAs(path, "gate-2", worker.ingestPort!);
    const sent = taps(1, 5);
    const first = await deliver(client, 1, sent);
    await path.prisma
      .$executeRaw`TRUNCATE segment, segment_copy, segment_key, tap_run, agent_run, installation_fact`;
    const [fresh] = taps(6, 1);
    await send(other, 1, [...sent, fresh!]);
    const verdicts = await gather(other, 1, [...sent, fresh!], 30_000);
    expect([1, 2, 3, 4, 5].map((seq) => verdicts.get(seq))).toEqual(
      [1, 2, 3, 4, 5].map((seq) => ({ ...first.verdicts.get(seq), verdict: "duplicate" })),
    );
    expect(verdicts.get(6)).toMatchObject({ verdict: "archived" });
    expect(await seqsIn()).toEqual([1, 2, 3, 4, 5, 6]);
    await deliver(client, 1, taps(7, 1));
    expect(await seqsIn()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    await other.close();
  }, 60_000);

  test("is rebuilt by `tapline archive reindex`: the same taps sent again are told so, not archived again", async () => {
    const worker = await start("");
    client = connectAs(path, "gate-1", worker.ingestPort!);
    const sent = taps(1, 5);
    const first = await deliver(client, 1, sent);
    await worker.stop(1_000);
    await client.close();
    await path.prisma.$executeRaw`TRUNCATE segment, segment_copy, segment_key, tap_run, agent_run`;
    const segments = new Set([...first.verdicts.values()].map(({ verdict, ...rest }) => rest)).size;
    expect(segments).toBeGreaterThan(0);
    const done = await reindex("--json");
    expect(done).toMatchObject({ code: 0 });
    expect(JSON.parse(done.stdout)).toMatchObject({ known: 0, quarantined: 0, faults: 0 });
    expect(JSON.parse(done.stdout).adopted).toBe(await path.prisma.segment.count());
    expect((await reindex()).stdout).toMatch(/^(\d+) segments?: 0 adopted, \1 known already, 0 quarantined/);
    await path.wipeRedis();
    const next = await start("");
    client = connectAs(path, "gate-1", next.ingestPort!);
    expect((await deliver(client, 1, sent)).verdicts).toEqual(first.verdicts);
    expect(await seqsIn()).toEqual([1, 2, 3, 4, 5]);
  }, 60_000);

  test("`tapline archive reindex` names what it cannot judge and ends with 1", async () => {
    const worker = await start("");
    client = connectAs(path, "gate-1", worker.ingestPort!);
    await deliver(client, 1, taps(1, 1));
    await path.prisma.$executeRaw`TRUNCATE segment, segment_copy, segment_key, tap_run, agent_run`;
    const files = await readdir(path.sshd.rootDir, { recursive: true });
    const manifest = join(path.sshd.rootDir, files.find((name) => name.endsWith(".manifest.json"))!);
    await writeFile(manifest, (await readFile(manifest, "utf8")).replace('"taps":1', '"taps":2'));
    const done = await reindex("--json");
    expect(done.code).toBe(1);
    expect(done.stderr).toMatch(/failed: segment [0-9a-f-]{36}: /);
    expect(JSON.parse(done.stdout)).toMatchObject({ adopted: 0, faults: 1 });
    const lost = await reindex("--trust", "/nowhere");
    expect(lost).toMatchObject({ code: 1 });
    expect(lost.stderr).toContain("--trust");
  }, 60_000);
});

/** Runs the real command against the test's servers. */
function reindex(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const command = join(import.meta.dirname, "../bin/tapline.mjs");
  const trust = ["--trust", join(path.pki, "trust.pem")];
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [command, "archive", "reindex", "--yes", ...trust, ...args],
      { env: path.environment },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

describe("a buffer that was lost", () => {
  /** Everything but the transfer stage runs; the test itself is the transfer service. */
  async function sealOne() {
    const worker = await start("ingest,buffer,validation,encryption");
    client = connectAs(path, "gate-1", worker.ingestPort!);
    const sent = taps(1, 5);
    const generation = await send(client, 1, sent);
    const buffer = new SegmentBuffer(redis);
    const sealed = await until("the segment is sealed", async () =>
      (await buffer.openSegments()).find(({ stage }) => stage === "transfer"),
    );
    return { id: sealed.id, sent, generation, buffer };
  }

  function transferParts(buffer: SegmentBuffer, hooks: SftpHooks = {}) {
    const { url, hostKeyPin, privateKey } = path.sshd;
    const archive = new SftpArchive({ url, hostKeyPin, privateKey }, hooks);
    return {
      archive,
      archives: new ArchiveSet([{ name: mainTarget, archive }]),
      buffer,
      queues: { add: () => Promise.resolve() },
      ...{ colour: "blue" as const, shares: new SegmentShares(redis), evidence: new StageEvidence(redis) },
      trust: { rootPems: [path.files["trust.pem"]!.pem], crlPems: [path.files["trust.pem"]!.pem] },
      notes: new ArchiveNotes(path.prisma),
      ledger: new TapLedger(redis),
      refusedQuota: new RefusedQuota(redis, 100),
      loader: new SegmentLoader(buffer),
      index: new ArchiveIndex(path.prisma),
      processKey: Buffer.alloc(32),
      counted: new CumulativeTelemetry(),
      clock: Date.now,
      log: pino({ level: "silent" }),
    };
  }

  /** Loses Redis, and waits until the buffer service has brought index and archive level and opened it again. */
  async function loseBuffer(buffer: SegmentBuffer, generation: string): Promise<void> {
    await path.wipeRedis();
    await until("the buffer opens again", async () => {
      const now = await buffer.generation();
      return now !== null && now !== generation;
    });
  }

  test("between upload and commit: what was uploaded is adopted, and each tap lies in the archive once", async () => {
    const { id, sent, generation, buffer } = await sealOne();
    const parts = transferParts(buffer);
    const index = Object.create(parts.index, {
      recordEnd: {
        value: async (...args: Parameters<ArchiveIndex["recordEnd"]>) => {
          await loseBuffer(buffer, generation);
          return parts.index.recordEnd(...args);
        },
      },
      standing: { value: (segment: string) => parts.index.standing(segment) },
    }) as ArchiveIndex;
    await transferSegment(id, { ...parts, index });
    await start("transfer");
    const { verdicts } = await deliver(client, 1, sent);
    expect([...verdicts.values()]).toEqual(
      sent.map(({ seq }) => expect.objectContaining({ seq, verdict: "archived", segment: id })),
    );
    expect(await seqsIn()).toEqual([1, 2, 3, 4, 5]);
    await parts.archive.close();
  }, 60_000);

  test("during the upload, so that the manifest comes late: it is taken back, and each tap is there once", async () => {
    const { id, sent, generation, buffer } = await sealOne();
    const nothing = () => Promise.resolve();
    const turn = async (name: string) => {
      if (!name.endsWith(".manifest.json")) return;
      await loseBuffer(buffer, generation);
      await start("transfer");
      await deliver(client, 1, sent);
    };
    const parts = transferParts(buffer, { steps: { part: nothing, turn, named: nothing } });
    const ended = await transferSegment(id, parts).catch((error: unknown) => error);
    expect(hasCode(ended, "conflict")).toBe(true);
    expect(await seqsIn()).toEqual([1, 2, 3, 4, 5]);
    const aside = await readdir(join(path.sshd.rootDir, "quarantine"));
    expect(aside).toHaveLength(3);
    expect(aside.every((name) => name.includes(id))).toBe(true);
    expect(
      await path.prisma.auditEntry.count({
        where: { subject: `segment/${id}`, action: "segment.quarantined" },
      }),
    ).toBe(1);
    await parts.archive.close();
  }, 60_000);
});
