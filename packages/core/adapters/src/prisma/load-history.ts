import { readFileSync } from "node:fs";
import type { PrismaClient } from "./generated/client.ts";

const listStepsSql = readFileSync(new URL("./list-load-steps.sql", import.meta.url), "utf8");

const minuteMs = 60_000;

type Row = { readonly start: number; readonly taps: number; readonly minutes: number };

/** Load in one step of time: taps per second that the door took, over the minutes of it that were kept. */
export type LoadStep = { readonly startEpochMs: number; readonly perSecond: number };

/** What the load was, out of the KPI minutes kept. */
export class LoadHistory {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Steps of [fromEpochMs, untilEpochMs), both the start of one, oldest first; those of which nobody kept a minute are left out. */
  async steps(fromEpochMs: number, untilEpochMs: number, stepMs: number): Promise<LoadStep[]> {
    const rows: Row[] = await this.#prisma.$queryRawUnsafe(
      ...[listStepsSql, new Date(fromEpochMs), new Date(untilEpochMs), stepMs / 1_000],
    );
    return rows.map(({ start, taps, minutes }) => ({
      startEpochMs: Number(start) * 1_000,
      perSecond: (taps * 1_000) / (minutes * minuteMs),
    }));
  }
}
