import { randomBytes } from "node:crypto";
import { hasCode } from "@tapline/core/kernel";
import type { ArchiveReader } from "@tapline/core/transfer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

/** One archive to be read, and a way to put files and links into it from behind. */
export interface ArchiveUnderTest {
  readonly reader: ArchiveReader;
  /** Puts a file there, with its folders. */
  place(path: string, bytes: Uint8Array): Promise<void>;
  /** Puts a symbolic link there. */
  link(path: string, target: string): Promise<void>;
  close(): Promise<void>;
}

const paths = ["/etc/passwd", "../x", "a/../../x", "a//b", "a\0b"] as const;

/** What every read side of an archive does alike. */
export function archiveReaderContract(name: string, open: () => Promise<ArchiveUnderTest>): void {
  describe(`${name}, as an archive to read,`, () => {
    let archive: ArchiveUnderTest;
    const big = randomBytes(300_000);

    beforeAll(async () => {
      archive = await open();
      await archive.place("2026/11/23/b.p7m", big);
      await archive.place("2026/11/23/a.json", Buffer.from("{}"));
      await archive.place("2026/11/23/empty", Buffer.alloc(0));
      await archive.place("2026/11/23/c.p7m.0a0b.part", Buffer.from("unfinished"));
      await archive.link("2026/11/23/link", "a.json");
      await archive.link("elsewhere", "/etc");
    });
    afterAll(() => archive.close());

    test("reads files whole, empty ones too", async () => {
      expect((await archive.reader.read("2026/11/23/b.p7m")).equals(big)).toBe(true);
      expect((await archive.reader.read("2026/11/23/empty")).length).toBe(0);
    });

    test("lists a folder sorted, without links and unfinished uploads", async () => {
      expect(await archive.reader.list("2026/11/23")).toEqual([
        { name: "a.json", kind: "file", bytes: 2 },
        { name: "b.p7m", kind: "file", bytes: 300_000 },
        { name: "empty", kind: "file", bytes: 0 },
      ]);
      expect(await archive.reader.list("")).toEqual([{ name: "2026", kind: "directory", bytes: 0 }]);
    });

    test("tells files, folders and nothing apart", async () => {
      expect(await archive.reader.stat("2026/11/23/a.json")).toEqual({
        name: "a.json",
        kind: "file",
        bytes: 2,
      });
      expect(await archive.reader.stat("2026/11")).toEqual({ name: "11", kind: "directory", bytes: 0 });
      expect(await archive.reader.stat("2026/11/24")).toBeNull();
    });

    test("says not-found where nothing lies", async () => {
      await expect(archive.reader.read("2026/11/23/none")).rejects.toSatisfy((e) => hasCode(e, "not-found"));
      await expect(archive.reader.list("2027")).rejects.toSatisfy((e) => hasCode(e, "not-found"));
    });

    test.for(paths)("refuses %j as a path, whatever is asked", async (path) => {
      for (const ask of ["read", "stat", "list"] as const)
        await expect((async () => archive.reader[ask](path))()).rejects.toSatisfy((e) =>
          hasCode(e, "invalid-input"),
        );
    });
  });
}
