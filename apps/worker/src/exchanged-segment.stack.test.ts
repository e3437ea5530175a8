import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { connectRedis, type SealedSegment, SegmentBuffer } from "@tapline/adapters/redis";
import {
  issueHierarchy,
  openEnvelope,
  readRecipient,
  sealEnvelope,
  signDetached,
  verifyDetached,
} from "@tapline/core/encryption";
import { canonicalJson } from "@tapline/core/kernel";
import { objectPaths, readManifest } from "@tapline/core/transfer";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { archivedTaps, type Client, connectAs, gather, send, submit } from "./agent.fixture.ts";
import { rawTap, setUpPath, type TestPath, until } from "./path.fixture.ts";
import type { Running } from "./wire/start-worker.ts";

let path: TestPath;
let redis: Redis;
let buffer: SegmentBuffer;
let worker: Running;
let client: Client;
let seq = 0;

beforeAll(async () => {
  path = await setUpPath();
  redis = connectRedis(path.redis.url, () => undefined);
  buffer = new SegmentBuffer(redis);
  worker = await path.start({ ROLE: "ingest,buffer,validation,encryption,audit" });
  client = connectAs(path, "gate-1", worker.ingestPort!);
});
afterAll(async () => {
  await client.close();
  await worker.stop(3_000);
  redis.disconnect();
  await path.end();
});

type Exchange = (genuine: SealedSegment, earlier: SealedSegment) => Promise<SealedSegment> | SealedSegment;

const flip = (bytes: Buffer): Buffer => {
  const changed = Buffer.from(bytes);
  changed[changed.length - 3]! ^= 1;
  return changed;
};

/** A segment of the same name and the same claims, of other content, signed by somebody whom nobody trusts. */
async function forged({ manifest }: SealedSegment): Promise<SealedSegment> {
  const pki = await issueHierarchy({ nowEpochMs: Date.now(), organisation: "Other", agents: [], hosts: [] });
  const pem = (name: string) => pki[name]?.pem ?? "";
  const { object, objectSha256 } = sealEnvelope(gzipSync("forged\n"), [
    readRecipient(path.files["archive.crt"]!.pem),
  ]);
  const claims = { ...readManifest(manifest), objectSha256, objectBytes: object.length };
  const untrue = canonicalJson(claims);
  const signer = {
    certPem: pem("signer.crt"),
    keyPem: pem("signer.key"),
    chainPem: [pem("intermediate.crt")],
  };
  return { object, manifest: untrue, signature: signDetached(untrue, signer, Date.now()) };
}

/** Has a segment sealed, exchanges its form in Redis, and only then lets transfer begin. @returns its id */
async function exchange(by: Exchange, earlier: SealedSegment, isRestarted: boolean): Promise<string> {
  const taps = [++seq, ++seq].map((n) => submit(n, rawTap(path.trackers[0]!, n)));
  await send(client, 1, taps);
  const [segment] = await until("the segment waits for its transfer", async () => {
    const open = await buffer.openSegments();
    return open.length > 0 && open.every(({ stage }) => stage === "transfer") && open;
  });
  const { id } = segment!;
  const put = await by((await buffer.sealed(id))!, earlier);
  await redis.hset(`tapline:{p0}:sealed:${id}`, put);
  if (isRestarted) {
    await client.close();
    await worker.stop(3_000);
    worker = await path.start({ ROLE: "ingest,buffer,validation,encryption,audit" });
    client = connectAs(path, "gate-1", worker.ingestPort!);
  }
  const transfer = await path.start({ ROLE: "transfer" });
  try {
    const verdicts = await gather(client, 1, taps, 30_000);
    expect(taps.map((tap) => verdicts.get(tap.seq)?.verdict)).toEqual(["archived", "archived"]);
  } finally {
    await transfer.stop(3_000);
  }
  return id;
}

async function stored(id: string): Promise<SealedSegment> {
  const read = (file: string) => readFile(join(path.sshd.rootDir, file));
  const { object, manifest, signature } = objectPaths(id);
  return { object: await read(object), manifest: await read(manifest), signature: await read(signature) };
}

const refusals = async () =>
  (await path.prisma.auditEntry.findMany({ where: { action: "segment.seal-refused" } })).map(
    ({ bytes }) => JSON.parse(Buffer.from(bytes).toString()) as { subject: string; facts: { why: string } },
  );

test("what was exchanged in Redis before its upload never reaches the archive, and the taps do", async () => {
  const first = await exchange((genuine) => genuine, await forgedOfNothing(), false);
  expect(await refusals()).toEqual([]);
  const earlier = await stored(first);
  const cases: readonly (readonly [why: string, by: Exchange, isRestarted?: boolean])[] = [
    ["is not trusted", forged],
    ["is not trusted", forged, true],
    ["SHA-256", (genuine) => ({ ...genuine, object: flip(genuine.object) })],
    ["is that of segment", (_, before) => before],
  ];
  const trust = path.files["trust.pem"]!.pem;
  for (const [i, [why, by, isRestarted]] of cases.entries()) {
    const id = await exchange(by, earlier, isRestarted ?? false);
    const told = await refusals();
    expect(told).toHaveLength(i + 1);
    expect(told.find(({ subject }) => subject === `segment/${id}`)?.facts.why).toContain(why);
    const files = await stored(id);
    verifyDetached(files.manifest, files.signature, {
      ...{ rootPems: [trust], crlPems: [trust], atEpochMs: Date.now() },
    });
    const key = { certPem: path.files["archive.crt"]!.pem, keyPem: path.files["archive.key"]!.pem };
    expect(openEnvelope(files.object, key).equals(gzipSync("forged\n"))).toBe(false);
  }
  const numbers = (await archivedTaps(path)).map(({ trackerSeq }) => trackerSeq);
  expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: seq }, (_, i) => i + 1));
  const names = await readdir(path.sshd.rootDir, { recursive: true });
  expect(names.filter((name) => name.includes("quarantine"))).toEqual([]);
  expect(await buffer.backlog()).toMatchObject({ taps: 0, frameBytes: 0, resultBytes: 0 });
}, 180_000);

/** Stands in where there is no earlier segment. */
async function forgedOfNothing(): Promise<SealedSegment> {
  return { object: Buffer.of(0), manifest: Buffer.of(0), signature: Buffer.of(0) };
}
