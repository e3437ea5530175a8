import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DirectoryArchive } from "@tapline/adapters/sftp";
import { readRecipient } from "@tapline/core/encryption";
import { sha256Hex } from "@tapline/core/kernel";
import { objectPaths, rawOf } from "@tapline/core/transfer";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { afterAll, beforeEach, expect, test, vi } from "vitest";
import { MadeArchive } from "../cli/restore/archive.fixture.ts";
import { type ExportWish, exportArchive } from "./export-archive.ts";

vi.setConfig({ testTimeout: 60_000 });

const nowEpochMs = Date.UTC(2026, 10, 23, 12);
const dayMs = 24 * 3_600_000;
const bases: string[] = [];
let base: string;
let made: MadeArchive;
let segments: string[];

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "tapline-export-"));
  bases.push(base);
  made = await MadeArchive.make(join(base, ".tapline"), nowEpochMs);
  segments = [
    await made.addTaps([tap(1), tap(2)], nowEpochMs),
    await made.addTaps([tap(3)], nowEpochMs + 1),
    await made.addTaps([tap(4)], nowEpochMs + dayMs),
  ];
});
afterAll(() => Promise.all(bases.map((dir) => rm(dir, { recursive: true }))));

const tap = (n: number) => ({ trackerSeq: n, seq: n + 100, pulse: 60 + n });

function run(changes: Partial<ExportWish> = {}, keys = made.rack("archive")) {
  const trust = made.pem("trust.pem");
  const reader = new DirectoryArchive(join(made.root, "archive"));
  return exportArchive(
    { format: "parquet", outDir: base, sinceDay: "", untilDay: "", maxTapsPerFile: 1_000, ...changes },
    {
      source: { reader, fromAny: (act) => act(reader) },
      keys,
      trust: { rootPems: [trust], crlPems: [trust] },
    },
    { onFailure: () => undefined, onClosed: () => undefined },
  );
}

const rows = async (name: string) =>
  await parquetReadObjects({ file: await asyncBufferFromFile(join(base, name)), utf8: false });

test("a day's taps are one Parquet file that another reader gives back, with every value", async () => {
  const done = await run();
  expect(done).toEqual({
    segments: 3,
    taps: 4,
    files: ["taps-2026-11-23.parquet", "taps-2026-11-24.parquet"],
    failed: [],
    closed: [],
  });
  const found = await rows("taps-2026-11-23.parquet");
  expect(found.map((row) => [row.tracker, row.tracker_seq, row.seq, row.agent, row.segment])).toEqual([
    ["0011223344556677", 1n, 101n, "gate-1", segments[0]],
    ["0011223344556677", 2n, 102n, "gate-1", segments[0]],
    ["0011223344556677", 3n, 103n, "gate-1", segments[1]],
  ]);
  expect(found[0]).toMatchObject({
    ...{ samples: [[0, 61, 10]], battery_percent: 50, uptime_s: 100n, part_index: null, signed: false },
    ...{ t0: new Date(1_790_000_000_000), read_at: new Date(nowEpochMs), ingested_at: new Date(nowEpochMs) },
  });
  await run({ format: "ndjson" });
  const [line] = (await readFile(join(base, "taps-2026-11-23.ndjson"), "utf8")).split("\n");
  expect(sha256Hex(found[0]?.raw)).toBe(sha256Hex(rawOf(JSON.parse(line ?? ""))));
  expect((await stat(join(base, "taps-2026-11-23.parquet"))).mode & 0o777).toBe(0o600);
});

test("a day with more taps than fit gets several files; days can be bounded", async () => {
  expect((await run({ maxTapsPerFile: 2 })).files).toEqual([
    ...["taps-2026-11-23.parquet", "taps-2026-11-23.1.parquet", "taps-2026-11-24.parquet"],
  ]);
  expect((await run({ sinceDay: "2026/11/24" })).taps).toBe(1);
  expect((await run({ untilDay: "2026/11/23" })).taps).toBe(3);
});

test("a day under two keys is exported with both; with one the other's segments are closed", async () => {
  const successor = readRecipient(await readFile(await made.rotate(nowEpochMs), "utf8"));
  const later = await made.addTaps([tap(5)], nowEpochMs + 2);
  const both = new Map([...made.rack("archive"), ...made.rack("escrow")]);
  expect(await run({}, both)).toMatchObject({ segments: 4, taps: 5, failed: [], closed: [] });
  const one = await run();
  expect(one).toMatchObject({ segments: 4, taps: 4, failed: [], closed: [{ code: "forbidden" }] });
  expect(one.closed[0]?.object).toBe(objectPaths(later).object);
  expect(one.closed[0]?.message).toContain(`key id ${successor.ski}`);
});

test("nothing of a segment that is not as it was archived is written", async () => {
  const path = made.local(objectPaths(segments[0]!).object);
  const bytes = await readFile(path);
  bytes[bytes.length - 3]! ^= 1;
  await writeFile(path, bytes);
  const done = await run();
  expect(done).toMatchObject({
    taps: 2,
    failed: [{ object: objectPaths(segments[0]!).object, code: "corrupt" }],
  });
  expect((await rows("taps-2026-11-23.parquet")).map((row) => row.tracker_seq)).toEqual([3n]);
  expect((await readdir(base)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});
