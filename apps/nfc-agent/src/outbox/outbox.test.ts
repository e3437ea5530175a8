import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, cp, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Outbox } from "./outbox.ts";

const maxBytes = 1024 * 1024;
let root = "";
let dir = "";
const opened: Outbox[] = [];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "tapline-outbox-"));
  dir = join(root, "outbox");
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((outbox) => outbox.close().catch(() => {})));
  await rm(root, { recursive: true, force: true });
});

async function open(at = dir, extra: { cacheBytes?: number } = {}): Promise<Outbox> {
  const onFailure = (error: unknown) => {
    throw error;
  };
  const outbox = await Outbox.open({ dir: at, maxBytes, now: Date.now, onFailure, ...extra });
  opened.push(outbox);
  return outbox;
}

const read = (text: string | Buffer) => ({ reader: "r1", readAtEpochMs: 1000, raw: Buffer.from(text) });
const logs = async () => (await readdir(dir)).filter((name) => name.endsWith(".log"));
const contents = async (outbox: Outbox) =>
  (await outbox.read(outbox.pendingSeqs())).map((tap) => [tap.seq, tap.raw.toString()]);

describe("outbox", () => {
  it("numbers taps from 1 without holes, and goes on after a restart", async () => {
    const first = await open();
    expect(await Promise.all(["a", "b", "c"].map((raw) => first.append(read(raw))))).toEqual([1, 2, 3]);
    first.settle([{ seq: 2, outcome: "archived" }]);
    await first.close();
    const second = await open();
    expect(second.epoch).toBe(first.epoch);
    expect(await second.append(read("d"))).toBe(4);
    expect(await contents(second)).toEqual([
      [1, "a"],
      [3, "c"],
      [4, "d"],
    ]);
    expect(second.oldestReadAtEpochMs).toBe(1000);
  });

  it("keeps its totals across restarts and file changes", async () => {
    const first = await open();
    const raw = Buffer.alloc(20_000, 7);
    for (let i = 0; i < 20; i++) await first.append(read(raw));
    first.settle([
      { seq: 1, outcome: "archived" },
      { seq: 2, outcome: "duplicate" },
      { seq: 3, outcome: "rejected" },
      { seq: 3, outcome: "rejected" },
      { seq: 99, outcome: "archived" },
    ]);
    for (let i = 0; i < 10; i++) await first.append(read(raw));
    await first.close();
    expect((await logs()).length).toBeGreaterThan(2);
    const second = await open();
    expect(second.totals).toEqual({ taps: 30, archived: 1, duplicates: 1, rejected: 1 });
    expect(second.pending).toBe(27);
  });

  it("begins anew with a larger epoch where its files are gone, also where the clock went back", async () => {
    const first = await open();
    await first.append(read("a"));
    await first.close();
    for (const name of await logs()) await rm(join(dir, name));
    const second = await Outbox.open({ dir, maxBytes, now: () => 5, onFailure: () => {} });
    opened.push(second);
    expect(second.epoch).toBeGreaterThan(first.epoch);
    expect(await second.append(read("b"))).toBe(1);
  });

  it("reads back from the disk what it does not keep in memory", async () => {
    const outbox = await open(dir, { cacheBytes: 3 });
    for (const raw of ["aa", "bb", "c"]) await outbox.append(read(raw));
    expect(await contents(outbox)).toEqual([
      [1, "aa"],
      [2, "bb"],
      [3, "c"],
    ]);
  });

  it("shares one sync between concurrent taps", async () => {
    const outbox = await open();
    const started = performance.now();
    await Promise.all(Array.from({ length: 3000 }, () => outbox.append(read("x".repeat(50)))));
    expect(outbox.pending).toBe(3000);
    expect(performance.now() - started).toBeLessThan(3000);
  });

  it("deletes files whose taps have all ended, and stays far below its bound for ever", async () => {
    const outbox = await open();
    const raw = Buffer.alloc(30_000, 1);
    for (let i = 0; i < 150; i++)
      outbox.settle([{ seq: await outbox.append(read(raw)), outcome: "archived" }]);
    await outbox.append(read("last"));
    expect((await logs()).length).toBeLessThanOrEqual(2);
  });

  it("stops taking taps when full, shows it, drops nothing, and goes on when taps leave", async () => {
    const outbox = await open();
    const raw = Buffer.alloc(30_000, 1);
    let done = 0;
    const all = Array.from({ length: 60 }, () => outbox.append(read(raw)).then(() => done++));
    await vi.waitFor(() => expect(outbox.state).toBe("full"));
    const before = done;
    expect(before).toBeLessThan(60);
    while (done < 60) {
      outbox.settle(outbox.pendingSeqs().map((seq) => ({ seq, outcome: "archived" as const })));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await Promise.all(all);
    expect(outbox.state).toBe("open");
    expect(outbox.totals.taps).toBe(60);
    let bytes = 0;
    for (const name of await logs()) bytes += (await stat(join(dir, name))).size;
    expect(bytes).toBeLessThanOrEqual(maxBytes);
  });

  it("stops taking taps while one waits for too long, and goes on when it leaves or the bound does", async () => {
    let nowEpochMs = 1000;
    const outbox = await Outbox.open({
      dir,
      maxBytes,
      maxAgeMs: 60_000,
      now: () => nowEpochMs,
      onFailure: () => {},
    });
    opened.push(outbox);
    await outbox.append(read("a"));
    await outbox.append({ ...read("b"), readAtEpochMs: 2000 });
    nowEpochMs = 61_001;
    expect(outbox.state).toBe("old");
    let third = 0;
    const waiting = outbox.append({ ...read("c"), readAtEpochMs: nowEpochMs }).then((seq) => {
      third = seq;
    });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(third).toBe(0);
    outbox.settle([{ seq: 1, outcome: "archived" }]);
    await waiting;
    expect([third, outbox.state]).toEqual([3, "open"]);
    nowEpochMs = 62_001;
    expect(outbox.state).toBe("old");
    const fourth = outbox.append(read("d"));
    outbox.setBounds({ maxBytes, maxAgeMs: null });
    expect(await fourth).toBe(4);
    expect(await contents(outbox)).toEqual([
      [2, "b"],
      [3, "c"],
      [4, "d"],
    ]);
  });

  it("takes new bounds at once, also smaller ones than it holds", async () => {
    const outbox = await open(dir);
    for (let i = 0; i < 3; i++) await outbox.append(read(Buffer.alloc(30_000)));
    outbox.setBounds({ maxBytes: 50_000, maxAgeMs: null });
    const waiting = outbox.append(read("d"));
    await vi.waitFor(() => expect(outbox.state).toBe("full"));
    expect(outbox.pending).toBe(3);
    outbox.setBounds({ maxBytes, maxAgeMs: null });
    expect(await waiting).toBe(4);
    expect(outbox.state).toBe("open");
  });

  it("lets a reader that waits for room go when it closes", async () => {
    const outbox = await open();
    const all = Promise.allSettled(
      Array.from({ length: 60 }, () => outbox.append(read(Buffer.alloc(30_000)))),
    );
    await vi.waitFor(() => expect(outbox.state).toBe("full"));
    await outbox.close();
    expect((await all).some((result) => result.status === "rejected")).toBe(true);
  });

  it("tells the number up to which taps are on disk from the one that was given last", async () => {
    const outbox = await open();
    const first = outbox.append(read("one"));
    expect([outbox.nextSeq, outbox.nextDurableSeq]).toEqual([2, 1]);
    await first;
    expect([outbox.nextSeq, outbox.nextDurableSeq]).toEqual([2, 2]);
    await outbox.close();
    const again = await open();
    expect(again.nextDurableSeq).toBe(2);
    await again.close();
  });

  it("refuses a second agent, and takes over the lock of a dead one", async () => {
    const outbox = await open();
    await expect(open()).rejects.toMatchObject({ code: "conflict", remedy: expect.any(String) });
    await outbox.close();
    const child = spawn("true");
    await once(child, "exit");
    await writeFile(join(dir, "lock"), JSON.stringify({ pid: child.pid, start: "x" }));
    await (await open()).close();
    await writeFile(join(dir, "lock"), JSON.stringify({ pid: process.pid, start: "an earlier boot" }));
    await (await open()).close();
    await writeFile(join(dir, "lock"), "garbage");
    await (await open()).close();
  });

  it("lets one of many agents that find a stale lock have it", async () => {
    await (await open()).close();
    await writeFile(join(dir, "lock"), JSON.stringify({ pid: process.pid, start: "an earlier boot" }));
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => open()));
    expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
  });

  it("says what is wrong with a folder that it cannot use", async () => {
    await writeFile(join(root, "file"), "");
    await expect(open(join(root, "file", "outbox"))).rejects.toMatchObject({ code: "misconfigured" });
  });
});

describe("outbox after a crash", () => {
  it("cuts the newest file at whatever byte it ends, keeping every whole record before", async () => {
    const outbox = await open();
    for (const raw of ["one", "two", "three"]) await outbox.append(read(raw));
    await outbox.close();
    const path = join(dir, "outbox-1.log");
    const whole = await readFile(path);
    const recordBytes = (raw: string) => 9 + 18 + "r1".length + raw.length;
    const ends = [0];
    for (const raw of ["three", "two", "one"]) ends.push((ends.at(-1) ?? 0) - recordBytes(raw));
    const firstEnd = whole.length + (ends.at(-1) ?? 0);
    for (let length = firstEnd; length < whole.length; length++) {
      await writeFile(path, whole.subarray(0, length));
      const again = await open();
      const kept = ends.filter((end) => whole.length + end <= length && end !== ends.at(-1)).length;
      expect(again.pending).toBe(kept);
      expect(again.tornBytes).toBe(length - (whole.length + (ends[3 - kept] ?? 0)));
      expect(await again.append(read("next"))).toBe(kept + 1);
      await again.close();
    }
  });

  it("cuts zeros and garbage after the last record", async () => {
    for (const tail of [Buffer.alloc(5000), Buffer.from("garbage".repeat(9)), Buffer.from([0, 0, 0, 40])]) {
      const outbox = await open();
      const seq = await outbox.append(read("kept"));
      await outbox.close();
      await appendFile(join(dir, "outbox-1.log"), tail);
      const again = await open();
      expect(again.tornBytes).toBe(tail.length);
      expect(again.has(seq)).toBe(true);
      await again.close();
    }
  });

  it("is not fooled by a torn tap whose bytes hold a whole record of another file", async () => {
    const other = await open(join(root, "other"));
    await other.append(read("inner"));
    await other.close();
    const inner = await readFile(join(root, "other", "outbox-1.log"));
    const outbox = await open();
    await outbox.append(read("kept"));
    await outbox.append(read(Buffer.concat([inner, Buffer.alloc(10)])));
    await outbox.close();
    const path = join(dir, "outbox-1.log");
    await truncate(path, (await stat(path)).size - 5);
    expect((await open()).pending).toBe(1);
  });
});

describe("damaged outbox", () => {
  async function filled(): Promise<void> {
    const outbox = await open();
    for (let i = 0; i < 12; i++) await outbox.append(read(Buffer.alloc(30_000, i + 1)));
    await outbox.close();
  }

  async function expectCorruptAndUntouched(): Promise<void> {
    const copy = join(root, "copy");
    await cp(dir, copy, { recursive: true });
    await expect(open()).rejects.toMatchObject({ code: "corrupt", remedy: expect.stringContaining("aside") });
    for (const name of await readdir(copy))
      expect((await readFile(join(dir, name))).equals(await readFile(join(copy, name)))).toBe(true);
  }

  async function flip(name: string, at: number): Promise<void> {
    const bytes = await readFile(join(dir, name));
    bytes[at < 0 ? bytes.length + at : at]! ^= 0x10;
    await writeFile(join(dir, name), bytes);
  }

  it.each([
    ["an older file's head", () => flip("outbox-1.log", 3)],
    ["the newest file's head", () => flip("outbox-3.log", 20)],
    ["a snapshot", () => flip("outbox-3.log", 50)],
    ["a tap in the middle of the newest file", () => flip("outbox-3.log", 1000)],
    ["a record's length", () => flip("outbox-3.log", 32 + 49 + 2)],
    ["the last tap of an older file", () => flip("outbox-2.log", -5)],
    ["an older file that is too short", () => truncate(join(dir, "outbox-1.log"), 40_000)],
    ["a file in the middle that is gone", () => rm(join(dir, "outbox-2.log"))],
    ["an empty file", () => truncate(join(dir, "outbox-3.log"), 0)],
  ])("refuses %s, and changes nothing", async (_, damage) => {
    await filled();
    expect(await logs()).toHaveLength(3);
    await damage();
    await expectCorruptAndUntouched();
  });
});
