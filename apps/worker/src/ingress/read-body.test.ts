import { deflateSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { readBody } from "./read-body.ts";

const text = JSON.stringify({ epoch: 1, taps: ["ä"] });

test("a body comes out as it went in, packed or not", async () => {
  expect(await readBody(Buffer.from(text), undefined, 100)).toBe(text);
  expect(await readBody(Buffer.from(text), "identity", 100)).toBe(text);
  expect(await readBody(gzipSync(text), "gzip", 100)).toBe(text);
});

test("a small body that would unpack to a large one is refused as too large", async () => {
  const bomb = gzipSync(Buffer.alloc(64 << 20));
  expect(bomb.length).toBeLessThan(100_000);
  await expect(readBody(bomb, "gzip", 1 << 20)).rejects.toMatchObject({ statusCode: 413 });
});

test("what is not what it says is refused by name", async () => {
  const refused = { code: "invalid-input" };
  await expect(readBody(Buffer.from(text), "gzip", 100)).rejects.toMatchObject(refused);
  await expect(readBody(gzipSync(text).subarray(0, 20), "gzip", 100)).rejects.toMatchObject(refused);
  await expect(readBody(deflateSync(text), "deflate", 100)).rejects.toMatchObject(refused);
});
