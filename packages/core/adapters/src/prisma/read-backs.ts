import { readFileSync } from "node:fs";
import type { ReadBackShare } from "@tapline/core/kpi";
import type { PrismaClient } from "./generated/client.ts";

const noteSql = readFileSync(new URL("./note-read-back.sql", import.meta.url), "utf8");

/** An object in one archive. */
export type StoredObject = { readonly segment: string; readonly target: string };

/** Which objects were read back whole after they were stored, and found right. */
export class ReadBacks {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** @returns those that are not recorded as stored there, or not yet */
  async note(objects: readonly StoredObject[]): Promise<StoredObject[]> {
    if (objects.length === 0) return [];
    const rows = await this.#prisma.$queryRawUnsafe<{ segment_id: string; target: string }[]>(
      noteSql,
      objects.map(({ segment }) => segment),
      objects.map(({ target }) => target),
    );
    const noted = new Set(rows.map(({ segment_id, target }) => `${segment_id} ${target}`));
    return objects.filter(({ segment, target }) => !noted.has(`${segment} ${target}`));
  }

  /** How many of each archive's objects were. @param sinceEpochMs those stored since then; null = all */
  async shares(sinceEpochMs: number | null): Promise<ReadBackShare[]> {
    const rows = await this.#prisma.segmentCopy.groupBy({
      by: ["target"],
      where: sinceEpochMs === null ? {} : { storedAt: { gte: new Date(sinceEpochMs) } },
      _count: { _all: true, readBackAt: true },
      orderBy: { target: "asc" },
    });
    return rows.map(({ target, _count }) => ({
      ...{ archive: target, objects: _count._all, readBack: _count.readBackAt },
    }));
  }
}
