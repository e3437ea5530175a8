import { appendFile, cp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { read, useOutboxFolder } from "./outbox.fixture.ts";

const { place, open, logs } = useOutboxFolder();

describe("outbox after a crash", () => {
  it("cuts the newest file at whatever byte it ends, keeping every whole record before", async () => {
    const outbox = await open();
    for (const raw of ["one", "two", "three"]) await outbox.append(read(raw));
    await outbox.close();
    const path = join(place.dir, "outbox-1.log");
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
      await appendFile(join(place.dir, "outbox-1.log"), tail);
      const again = await open();
      expect(again.tornBytes).toBe(tail.length);
      expect(again.has(seq)).toBe(true);
      await again.close();
    }
  });

  it("is not fooled by a torn tap whose bytes hold a whole record of another file", async () => {
    const other = await open(join(place.root, "other"));
    await other.append(read("inner"));
    await other.close();
    const inner = await readFile(join(place.root, "other", "outbox-1.log"));
    const outbox = await open();
    await outbox.append(read("kept"));
    await outbox.append(read(Buffer.concat([inner, Buffer.alloc(10)])));
    await outbox.close();
    const path = join(place.dir, "outbox-1.log");
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
    const copy = join(place.root, "copy");
    await cp(place.dir, copy, { recursive: true });
    await expect(open()).rejects.toMatchObject({ code: "corrupt", remedy: expect.stringContaining("aside") });
    for (const name of await readdir(copy))
      expect((await readFile(join(place.dir, name))).equals(await readFile(join(copy, name)))).toBe(true);
  }

  async function flip(name: string, at: number): Promise<void> {
    const bytes = await readFile(join(place.dir, name));
    bytes[at < 0 ? bytes.length + at : at]! ^= 0x10;
    await writeFile(join(place.dir, name), bytes);
  }

  it.each([
    ["an older file's head", () => flip("outbox-1.log", 3)],
    ["the newest file's head", () => flip("outbox-3.log", 20)],
    ["a snapshot", () => flip("outbox-3.log", 50)],
    ["a tap in the middle of the newest file", () => flip("outbox-3.log", 1000)],
    ["a record's length", () => flip("outbox-3.log", 32 + 49 + 2)],
    ["the last tap of an older file", () => flip("outbox-2.log", -5)],
    ["an older file that is too short", () => truncate(join(place.dir, "outbox-1.log"), 40_000)],
    ["a file in the middle that is gone", () => rm(join(place.dir, "outbox-2.log"))],
    ["an empty file", () => truncate(join(place.dir, "outbox-3.log"), 0)],
  ])("refuses %s, and changes nothing", async (_, damage) => {
    await filled();
    expect(await logs()).toHaveLength(3);
    await damage();
    await expectCorruptAndUntouched();
  });
});
