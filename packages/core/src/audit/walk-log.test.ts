import { expect, test } from "vitest";
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

test("the first changed entry is named, and so is a leaf hash that was changed", async () => {
  expect(await walkLog(parts(entries.with(400, Buffer.from("entry 4OO"))), [head])).toEqual({
    is: "changed",
    index: 400,
  });
  expect(await walkLog(parts(entries, leafHashes.with(7, leafHashes[8] as Buffer)), [head])).toEqual({
    is: "changed",
    index: 7,
  });
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
