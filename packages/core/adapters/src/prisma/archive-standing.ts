import type { PrismaClient } from "./generated/client.ts";

/** How one archive stands, as far as the database can tell. */
export type ArchiveStanding = {
  readonly archive: string;
  /** When it last took a segment, ms since 1970; null: never. */
  readonly lastStoredEpochMs: number | null;
  /** How many segments it still lacks. */
  readonly waiting: number;
};

/** Of every archive that is known, by name. */
export async function archiveStandings(prisma: PrismaClient): Promise<ArchiveStanding[]> {
  const [targets, waiting] = await Promise.all([
    prisma.archiveTarget.findMany({ select: { name: true }, orderBy: { name: "asc" } }),
    prisma.archiveTask.groupBy({ by: ["target"], where: { kind: "copy" }, _count: true }),
  ]);
  return await Promise.all(
    targets.map(async ({ name: archive }) => {
      const last = await prisma.segmentCopy.findFirst({
        ...{ where: { target: archive }, orderBy: { storedAt: "desc" }, select: { storedAt: true } },
      });
      const lacking = waiting.find(({ target }) => target === archive)?._count ?? 0;
      return { archive, lastStoredEpochMs: last?.storedAt.getTime() ?? null, waiting: lacking };
    }),
  );
}
