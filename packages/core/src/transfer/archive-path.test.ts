import fc from "fast-check";
import { expect, test } from "vitest";
import { type ArchiveReader, archivedSegments, checkArchivePath } from "./index.ts";

test.for(["", "2026", "2026/11/23/segment-1.manifest.json", ".hidden", "a..b"])(
  "%j is a path inside",
  (path) => {
    expect(checkArchivePath(path)).toBe(path);
  },
);

test.for([
  "/",
  "/etc",
  "..",
  "a/../b",
  "a/..",
  "a//b",
  "a/",
  "a/./b",
  "a\\b",
  "a\0b",
  "a\nb",
  "ä",
  `${"a/".repeat(16)}a`,
])("%j is not a path inside", (path) => {
  expect(() => checkArchivePath(path)).toThrow("not a path inside an archive");
});

test("no accepted path holds a step upwards", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(".", "..", "a", "/", "\\", "%2e"), { maxLength: 8 }), (pieces) => {
      const path = pieces.join("");
      try {
        checkArchivePath(path);
        return !path.split("/").includes("..") && !path.startsWith("/");
      } catch {
        return true;
      }
    }),
  );
});

test("committed segments are those with a manifest, oldest first", async () => {
  const a = "019a5e2b-7c00-7abc-8def-0123456789ab";
  const b = "019b5e2b-7c00-7abc-8def-0123456789ab";
  const tree: Record<string, [string, "file" | "directory"][]> = {
    "": [
      ["2025", "directory"],
      ["2026", "directory"],
      ["lost+found", "directory"],
    ],
    "2025": [["11", "directory"]],
    "2026": [["01", "directory"]],
    "2025/11": [["07", "directory"]],
    "2026/01": [
      ["02", "directory"],
      ["03", "file"],
    ],
    "2025/11/07": [
      [`segment-${a}.manifest.json`, "file"],
      [`segment-${a}.ndjson.gz.p7m`, "file"],
    ],
    "2026/01/02": [
      [`segment-${b}.manifest.json`, "file"],
      ["segment-x.manifest.json", "file"],
    ],
  };
  const reader: ArchiveReader = {
    read: () => Promise.reject(new Error("not needed")),
    stat: () => Promise.resolve(null),
    list: (dir) => Promise.resolve((tree[dir] ?? []).map(([name, kind]) => ({ name, kind, bytes: 0 }))),
  };
  const found: string[] = [];
  for await (const segment of archivedSegments(reader)) found.push(segment);
  expect(found).toEqual([a, b]);
});
