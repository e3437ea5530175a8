import type { PrismaClient } from "./generated/client.ts";

/** What the database alone can tell of how an installation stands, for whoever asks by hand. */
export class InstallationStanding {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** When PostgreSQL itself started, ms since 1970. */
  async upSinceEpochMs(): Promise<number> {
    const [row] = await this.#prisma.$queryRaw<{ at: Date }[]>`SELECT pg_postmaster_start_time() AS at`;
    return row?.at.getTime() ?? Number.NaN;
  }

  /** The segment that was archived last; null before the first. */
  async newestSegment(): Promise<{ id: string; archivedAtEpochMs: number; taps: number } | null> {
    const row = await this.#prisma.segment.findFirst({
      orderBy: { archivedAt: "desc" },
      select: { id: true, archivedAt: true, taps: true },
    });
    return row === null ? null : { id: row.id, archivedAtEpochMs: row.archivedAt.getTime(), taps: row.taps };
  }

  /** Taps that were refused and are in no archive: never replayed, under way again, or refused again. */
  async quarantinedTaps(): Promise<number> {
    return await this.#prisma.quarantinedTap.count({
      where: { OR: [{ outcome: null }, { outcome: "refused" }] },
    });
  }

  /** When work that comes round by turns (`Turns`) last began, ms since 1970; null where it never did. */
  async lastTurnEpochMs(name: string): Promise<number | null> {
    const fact = await this.#prisma.installationFact.findUnique({ where: { name: `turn.${name}` } });
    return fact === null ? null : Number(fact.value);
  }
}
