import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { sha256Hex, uuidV7 } from "../kernel/index.ts";
import {
  archivedSegments,
  buildRewrap,
  joinRewrap,
  objectPaths,
  readRewrap,
  rewrapOfFile,
  rewrapPaths,
  segmentOfFile,
} from "./index.ts";

const segment = uuidV7(Date.UTC(2026, 10, 28), randomBytes);
const ski = "0123456789abcdef0123456789abcdef01234567";
const object = randomBytes(300);
const head = randomBytes(200);
const facts = {
  ...{ segment, madeAtEpochMs: Date.UTC(2026, 10, 28), objectSha256: sha256Hex(object) },
  ...{ headBytes: head.length, headSha256: sha256Hex(head), replacedBytes: 100 },
  wholeSha256: sha256Hex(Buffer.concat([head, object.subarray(100)])),
  added: { subject: "CN=Next", ski, certSha256: "ab".repeat(32) },
};
const corrupt = expect.objectContaining({ code: "corrupt" });

test("a rewrap's files lie beside the segment's, and are never taken for one of its own", async () => {
  const paths = rewrapPaths(segment, ski);
  const names = Object.values(paths).map((path) => path.slice("2026/11/28/".length));
  expect(paths.head).toBe(`2026/11/28/segment-${segment}.rewrap-0123456789abcdef.p7h`);
  for (const name of names) expect(segmentOfFile(name)).toBeNull();
  for (const part of ["head", "statement", "signature"] as const)
    expect(rewrapOfFile(paths[part].slice("2026/11/28/".length))).toEqual({
      ...{ segment, ski: "0123456789abcdef", part },
    });
  for (const name of ["segment-x.rewrap-00.json", `segment-${segment}.rewrap-0123456789abcdef.txt`])
    expect(rewrapOfFile(name)).toBeNull();
  for (const path of Object.values(objectPaths(segment)))
    expect(rewrapOfFile(path.slice("2026/11/28/".length))).toBeNull();
  const reader = {
    list: async (dir: string) =>
      ({
        "": [{ name: "2026", kind: "directory" as const, bytes: 0 }],
        "2026": [{ name: "11", kind: "directory" as const, bytes: 0 }],
        "2026/11": [{ name: "28", kind: "directory" as const, bytes: 0 }],
      })[dir] ?? names.map((name) => ({ name, kind: "file" as const, bytes: 1 })),
    read: async () => object,
    stat: async () => null,
  };
  expect(await Array.fromAsync(archivedSegments(reader))).toEqual([]);
});

test("a statement reads as it was built, in one form alone", () => {
  const bytes = buildRewrap(facts);
  expect(readRewrap(bytes)).toEqual({ ...facts, version: 1 });
  expect(() => readRewrap(Buffer.concat([bytes, Buffer.from(" ")]))).toThrow(corrupt);
  expect(() => readRewrap(Buffer.from("{}"))).toThrow(corrupt);
  expect(() => readRewrap(Buffer.from("no"))).toThrow(corrupt);
  expect(() => buildRewrap({ ...facts, headBytes: 0 })).toThrow(
    expect.objectContaining({ code: "invalid-input" }),
  );
});

test("head and object make a whole only where both are those that the statement names", () => {
  const rewrap = readRewrap(buildRewrap(facts));
  expect(joinRewrap(rewrap, head, object)).toEqual(Buffer.concat([head, object.subarray(100)]));
  expect(() => joinRewrap(rewrap, head.subarray(1), object)).toThrow(corrupt);
  expect(() => joinRewrap(rewrap, randomBytes(head.length), object)).toThrow(corrupt);
  expect(() => joinRewrap(rewrap, head, randomBytes(object.length))).toThrow(corrupt);
  expect(() => joinRewrap({ ...rewrap, replacedBytes: 101 }, head, object)).toThrow(corrupt);
});
