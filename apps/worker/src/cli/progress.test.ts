import { expect, test } from "vitest";
import { ReadMeter } from "../wire/commands/read-meter.ts";
import { archiveProgress, progressText } from "./progress.ts";

test("progress tells how much, how fast, and how long still, where that is known", () => {
  expect(progressText({ done: 1, unit: ["file", "files"], bytes: 3 * 1024 * 1024 }, 3_000)).toBe(
    "1 file read, 3.0 MiB, 1.0 MiB per second, after 3 s",
  );
  expect(progressText({ done: 250, of: 1_000, unit: ["entry", "entries"] }, 10_000)).toBe(
    "250 of 1000 entries read, 25 per second, after 10 s, about 30 s left",
  );
  expect(progressText({ done: 0, of: 9, unit: ["entry", "entries"] }, 10)).not.toMatch(/left|NaN|Infinity/);
});

test("a watched archive counts what is read of it, and what fails counts for nothing", async () => {
  const meter = new ReadMeter();
  const archive = {
    read: async (path: string) => {
      if (path === "gone") throw new Error("gone");
      return Buffer.alloc(7);
    },
  };
  meter.watch(archive);
  await archive.read("a");
  await archive.read("gone").catch(() => undefined);
  expect(archiveProgress(meter)).toMatchObject({ done: 1, bytes: 7 });
});
