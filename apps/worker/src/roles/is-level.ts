import type { ArchiveIndex } from "@tapline/adapters/prisma";
import type { SegmentBuffer } from "@tapline/adapters/redis";

/** Whether the index is complete: one that is being rebuilt lacks ends that are known to the archive. */
export async function isLevel({
  buffer,
  index,
}: {
  readonly buffer: Pick<SegmentBuffer, "generation">;
  readonly index: Pick<ArchiveIndex, "generation">;
}): Promise<boolean> {
  const [standing, recorded] = [await buffer.generation(), await index.generation()];
  return standing !== null && standing === recorded;
}
