import { expect, test } from "vitest";
import { TaplineError } from "../kernel/index.ts";
import { leafHash, rootOf } from "./merkle.ts";
import { checkpointText, type LogPart, walkLog } from "./walk-log.ts";

const entries: Buffer[] = Array.from({ length: 600 }, (_, i) => Buffer.from(`entry ${i}`));
const leafHashes = entries.map(leafHash);
const head = { size: 600, root: rootOf(leafHashes) };

async function* parts(of = entries, hashes: Uint8Array[] = leafHashes): AsyncGenerator<LogPart> {
  for (let at = 0; at < of.length; at += 256)
    yield { entries: of.slice(at, at + 256), leafHashes: hashes.slice(at, at + 256) };
}

test("a whole log is whole, also at an earlier checkpoint", async () => {
  const seen: number[] = [];
  expect(await walkLog(parts(), [head], (count) => seen.push(count))).toEqual({ is: "whole", size: 600 });
  expect(seen).toEqual([256, 512, 600]);
  const earlier = { size: 300, root: rootOf(leafHashes.slice(0, 300)) };
  expect(await walkLog(parts(), [earlier])).toEqual({ is: "whole", size: 300 });
  expect(await walkLog(parts([], []), [{ size: 0, root: rootOf([]) }])).toEqual({ is: "whole", size: 0 });
  expect(await walkLog(parts(), [earlier, earlier, head])).toEqual({ is: "whole", size: 600 });
});

test("the first checkpoint that another history does not reach is named", async () => {
  const at = (size: number) => ({ size, root: rootOf(leafHashes.slice(0, size)) });
  const forged = entries.with(400, Buffer.from("another"));
  const walked = await walkLog(parts(forged, forged.map(leafHash)), [at(0), at(256), at(401), head]);
  expect(walked).toMatchObject({ is: "other-root", size: 401 });
  expect(await walkLog(parts(), [{ size: 0, root: head.root }, head])).toMatchObject({
    is: "other-root",
    size: 0,
  });
});

test("a changed entry is named, and so is a leaf hash that was changed", async () => {
  const one = { is: "changed", more: 0, endedBy: null };
  expect(await walkLog(parts(entries.with(400, Buffer.from("entry 4OO"))), [head])).toEqual({
    ...{ ...one, indexes: [400] },
  });
  expect(await walkLog(parts(entries, leafHashes.with(7, leafHashes[8] as Buffer)), [head])).toEqual({
    ...{ ...one, indexes: [7] },
  });
});

test("all changed entries are named, the first one first, up to a bound; the others are counted", async () => {
  const changedFrom = (first: number, last: number) =>
    entries.map((entry, i) => (i >= first && i <= last ? Buffer.from("x") : entry));
  const some = { is: "changed", indexes: [255, 256, 257], more: 0, endedBy: null };
  expect(await walkLog(parts(changedFrom(255, 257)), [head])).toEqual(some);
  const earlier = { size: 300, root: rootOf(leafHashes.slice(0, 300)) };
  expect(await walkLog(parts(changedFrom(255, 257)), [earlier, head])).toEqual(some);
  expect(await walkLog(parts(changedFrom(299, 310)), [earlier])).toMatchObject({ indexes: [299] });
  expect(await walkLog(parts(changedFrom(500, 599)), [head])).toEqual({
    ...{ is: "changed", more: 80, endedBy: null },
    indexes: Array.from({ length: 20 }, (_, i) => 500 + i),
  });
});

test("what was found is told where the rest cannot be read", async () => {
  async function* damaged(of: Buffer[]): AsyncGenerator<LogPart> {
    yield { entries: of.slice(0, 256), leafHashes: leafHashes.slice(0, 256) };
    throw new TaplineError("corrupt", "a file does not fit");
  }
  expect(await walkLog(damaged(entries.with(3, Buffer.from("x"))), [head])).toEqual({
    ...{ is: "changed", indexes: [3], more: 0, endedBy: "a file does not fit" },
  });
  await expect(walkLog(damaged(entries), [head])).rejects.toThrow("a file does not fit");
});

test("a rewritten history that fits in itself leads to another root", async () => {
  const forged = entries.with(400, Buffer.from("another"));
  expect(await walkLog(parts(forged, forged.map(leafHash)), [head])).toMatchObject({
    is: "other-root",
    size: 600,
  });
  const swapped = entries.with(3, entries[4] as Buffer).with(4, entries[3] as Buffer);
  expect(await walkLog(parts(swapped, swapped.map(leafHash)), [head])).toMatchObject({
    is: "other-root",
    size: 600,
  });
});

test("entries that are gone are counted", async () => {
  expect(await walkLog(parts(entries.slice(0, 599)), [head])).toEqual({ is: "miscounted", size: 599 });
});

test("a checkpoint is told in words", () => {
  expect(checkpointText({ size: 12_345, root: Buffer.alloc(32) })).toBe(
    `12,345 entries, root ${"A".repeat(43)}=`,
  );
});
