import { fork } from "node:child_process";
import { once } from "node:events";
import { appendFile, cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256Hex } from "@tapline/core/kernel";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { inspectOutbox } from "./inspect-outbox.ts";
import { Outbox } from "./outbox.ts";

const writer = new URL("./append-forever.fixture.ts", import.meta.url);
let root = "";
let dir = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "tapline-inspect-"));
  dir = join(root, "outbox");
});
afterEach(() => rm(root, { recursive: true, force: true }));

const open = () => Outbox.open({ dir, maxBytes: 1024 * 1024, now: Date.now, onFailure: () => {} });
const read = (raw: Buffer) => ({ reader: "door", readAtEpochMs: 1000, raw });

async function contentOf(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, sha256Hex(await readFile(join(folder, name)))])),
  );
}

describe("inspecting an outbox", () => {
  it("lists each tap with its state, changing nothing, while the agent holds it", async () => {
    const outbox = await open();
    for (const text of ["one", "two", "three"]) await outbox.append(read(Buffer.from(text)));
    outbox.settle([{ seq: 2, outcome: "duplicate" }]);
    await outbox.append(read(Buffer.from("four")));
    const before = await contentOf(dir);
    const listing = await inspectOutbox(dir);
    expect(await contentOf(dir)).toEqual(before);
    expect(listing.taps.map(({ seq, state }) => [seq, state])).toEqual([
      [1, "pending"],
      [2, "duplicate"],
      [3, "pending"],
      [4, "pending"],
    ]);
    expect(listing.taps[0]).toMatchObject({
      reader: "door",
      bytes: 3,
      sha256: sha256Hex(Buffer.from("one")),
    });
    expect(listing).toMatchObject({ epoch: outbox.epoch, nextSeq: 5, damage: null, unfinishedBytes: 0 });
    expect(listing.totals).toEqual(outbox.totals);
    await outbox.close();
  });

  it("takes an unfinished last write as normal, and cuts nothing", async () => {
    const outbox = await open();
    await outbox.append(read(Buffer.from("kept")));
    await outbox.close();
    await appendFile(join(dir, "outbox-1.log"), Buffer.from([0, 0, 0, 40, 1, 2]));
    const before = await contentOf(dir);
    expect(await inspectOutbox(dir)).toMatchObject({ unfinishedBytes: 6, damage: null, taps: [{ seq: 1 }] });
    expect(await contentOf(dir)).toEqual(before);
  });

  it("names damage, and lists what lies before it", async () => {
    const outbox = await open();
    for (let i = 0; i < 12; i++) await outbox.append(read(Buffer.alloc(30_000, i)));
    await outbox.close();
    const copy = join(root, "copy");
    await cp(dir, copy, { recursive: true });
    const bytes = await readFile(join(copy, "outbox-2.log"));
    bytes[40_000]! ^= 1;
    await writeFile(join(copy, "outbox-2.log"), bytes);
    const listing = await inspectOutbox(copy);
    expect(listing.damage).toMatchObject({ code: "corrupt" });
    expect(listing.taps.length).toBeGreaterThan(4);
    await rm(join(copy, "outbox-2.log"));
    expect((await inspectOutbox(copy)).damage?.message).toMatch(/outbox-2\.log .*missing/);
  });

  it("takes a folder that is not there as empty, and says why one cannot be read", async () => {
    expect(await inspectOutbox(dir)).toMatchObject({ taps: [], epoch: 0 });
    await writeFile(dir, "");
    await expect(inspectOutbox(dir)).rejects.toMatchObject({ code: "misconfigured" });
  });

  it("agrees with itself beside a writer that never rests, until and after that is killed", async () => {
    const child = fork(writer, [dir], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    await once(child, "message");
    for (let look = 0; look < 60; look++) {
      const { damage, taps, totals, nextSeq } = await inspectOutbox(dir);
      expect(damage).toBeNull();
      const pending = taps.filter(({ state }) => state === "pending").length;
      expect(totals.taps - totals.archived).toBe(pending);
      expect(totals.taps).toBe(nextSeq - 1);
    }
    child.kill("SIGKILL");
    await once(child, "exit");
    expect((await inspectOutbox(dir)).damage).toBeNull();
  }, 30_000);
});
