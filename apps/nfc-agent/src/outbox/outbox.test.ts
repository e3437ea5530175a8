import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { maxBytes, read, useOutboxFolder } from "./outbox.fixture.ts";
import { Outbox } from "./outbox.ts";

const { place, opened, open, logs } = useOutboxFolder();
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
    for (const name of await logs()) await rm(join(place.dir, name));
    const second = await Outbox.open({ dir: place.dir, maxBytes, now: () => 5, onFailure: () => {} });
    opened.push(second);
    expect(second.epoch).toBeGreaterThan(first.epoch);
    expect(await second.append(read("b"))).toBe(1);
  });

  it("reads back from the disk what it does not keep in memory", async () => {
    const outbox = await open(place.dir, { cacheBytes: 3 });
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
    await vi.waitFor(() => expect(outbox.state).toBe("full"), 20_000);
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
    for (const name of await logs()) bytes += (await stat(join(place.dir, name))).size;
    expect(bytes).toBeLessThanOrEqual(maxBytes);
  });

  it("stops taking taps while one waits for too long, and goes on when it leaves or the bound does", async () => {
    let nowEpochMs = 1000;
    const outbox = await Outbox.open({
      dir: place.dir,
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
    const outbox = await open(place.dir);
    for (let i = 0; i < 3; i++) await outbox.append(read(Buffer.alloc(30_000)));
    outbox.setBounds({ maxBytes: 50_000, maxAgeMs: null });
    const waiting = outbox.append(read("d"));
    await vi.waitFor(() => expect(outbox.state).toBe("full"), 20_000);
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
    await vi.waitFor(() => expect(outbox.state).toBe("full"), 20_000);
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
    await writeFile(join(place.dir, "lock"), JSON.stringify({ pid: child.pid, start: "x" }));
    await (await open()).close();
    await writeFile(join(place.dir, "lock"), JSON.stringify({ pid: process.pid, start: "an earlier boot" }));
    await (await open()).close();
    await writeFile(join(place.dir, "lock"), "garbage");
    await (await open()).close();
  });

  it("lets one of many agents that find a stale lock have it", async () => {
    await (await open()).close();
    await writeFile(join(place.dir, "lock"), JSON.stringify({ pid: process.pid, start: "an earlier boot" }));
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => open()));
    expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
  });

  it("says what is wrong with a folder that it cannot use", async () => {
    await writeFile(join(place.root, "file"), "");
    await expect(open(join(place.root, "file", "outbox"))).rejects.toMatchObject({ code: "misconfigured" });
  });
});
