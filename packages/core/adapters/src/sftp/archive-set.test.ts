import { archiveRule } from "@tapline/core/transfer";
import { expect, test } from "vitest";
import { ArchiveSet, type ArchiveTarget, type SegmentFiles } from "./archive-set.ts";
import type { SftpArchive } from "./sftp-archive.ts";

const mebibyte = 1024 * 1024;

/** An archive that holds what it gets once `until` resolves. */
function archiveThat(until: Promise<unknown>): { target: (name: string) => ArchiveTarget; stored: string[] } {
  const stored: string[] = [];
  const archive: Pick<SftpArchive, "putTogether" | "close"> = {
    putTogether: async (_others, { path }) => {
      await until;
      stored.push(path);
      return "written";
    },
    close: () => Promise.resolve(),
  };
  return { target: (name) => ({ name, archive: archive as SftpArchive }), stored };
}

test("a slow archive is left out while 64 MiB are under way to it, and taken in again", async () => {
  const slow = Promise.withResolvers<void>();
  const [fast, tardy] = [archiveThat(Promise.resolve()), archiveThat(slow.promise)];
  const targets = [fast.target("near"), tardy.target("far")] as const;
  const faults: [string, string][] = [];
  const late: string[] = [];
  const set = new ArchiveSet(targets, archiveRule({ mode: "mirror", targets, quorum: 1 }), {
    onFault: (target, segment) => faults.push([target, segment]),
    onLate: (_target, segment) => late.push(segment),
  });
  const files: SegmentFiles = {
    object: Buffer.alloc(16 * mebibyte),
    manifest: Buffer.alloc(100),
    signature: Buffer.alloc(100),
  };
  const idOf = (nth: number) => `01900000-0000-7000-8000-00000000000${nth}`;
  for (let nth = 1; nth <= 7; nth++) expect(await set.storeSegment(idOf(nth), files)).toEqual(["near"]);
  expect(fast.stored).toHaveLength(7);
  expect(faults).toEqual([
    ["far", idOf(5)],
    ["far", idOf(6)],
    ["far", idOf(7)],
  ]);
  slow.resolve();
  await expect.poll(() => late).toEqual([1, 2, 3, 4].map(idOf));
  expect(await set.storeSegment(idOf(8), files)).toContain("near");
  await expect.poll(() => tardy.stored.length).toBe(5);
  await set.close();
});
