import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { hasCode } from "@tapline/core/kernel";
import { expect, test } from "vitest";
import { type ArchiveUnderTest, archiveReaderContract } from "../../../contracts/archive-reader.ts";
import { DirectoryArchive } from "./index.ts";

async function openFolder(): Promise<ArchiveUnderTest> {
  const root = await mkdtemp(join(tmpdir(), "tapline-archive-"));
  return {
    reader: new DirectoryArchive(root),
    async place(path, bytes) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), bytes);
    },
    link: (path, target) => symlink(target, join(root, path)),
    close: () => rm(root, { recursive: true }),
  };
}

archiveReaderContract("a local folder", openFolder);

test("a local folder is never left through a link", async () => {
  const archive = await openFolder();
  await archive.link("out", "/etc");
  await archive.link("file", "/etc/passwd");
  await expect(archive.reader.read("out/passwd")).rejects.toSatisfy((error) =>
    hasCode(error, "invalid-input"),
  );
  await expect(archive.reader.read("file")).rejects.toSatisfy((error) => hasCode(error, "not-found"));
  expect(await archive.reader.stat("file")).toBeNull();
  await archive.close();
});
