import { setTimeout as sleep } from "node:timers/promises";
import type { ArchiveNotes, SegmentCatalogue } from "@tapline/adapters/prisma";
import { hasCode } from "@tapline/core/kernel";
import { archivedDays } from "@tapline/core/transfer";
import { levelDay } from "./level-day.ts";
import type { LevelParts } from "./level-parts.ts";
import { addLevelled, type Levelled, nothingLevelled } from "./levelled.ts";

const dayMs = 24 * 3_600_000;
/** Between two days, so that a pass leaves the archive's line to the uploads. */
const pauseMs = 200;

export type LevelArchiveParts = LevelParts & {
  readonly catalogue: Pick<SegmentCatalogue, "rowsOfDay" | "days" | "firstDay">;
  readonly notes: Pick<ArchiveNotes, "add" | "isMissing" | "cursor" | "moveCursor">;
};

/** Every day from `sinceDay` on that archive or index know of. @param sinceDay `YYYY/MM/DD`; "" = all */
export async function levelSince(sinceDay: string, parts: LevelArchiveParts): Promise<Levelled> {
  const days = new Set(await parts.catalogue.days(sinceDay));
  for (const { archive } of parts.targets)
    try {
      for await (const day of archivedDays(archive, sinceDay)) days.add(day);
    } catch (error) {
      // Each day's comparison says so, and ends where no archive answers.
      if (parts.targets.length === 1 || !hasCode(error, "unavailable")) throw error;
    }
  return await levelDays([...days].sort(), parts);
}

/**
 * One turn of the schedule: today and yesterday, and the next days of a slow pass over everything, from the first day on
 * that is known and then from the beginning again.
 * @param slowDays how many days of the slow pass
 */
export async function levelTurn(slowDays: number, parts: LevelArchiveParts): Promise<Levelled> {
  const today = Math.floor(parts.clock() / dayMs) * dayMs;
  const first = await parts.catalogue.firstDay();
  const days = [today - dayMs, today];
  if (first !== null) {
    const begin = Date.parse(first.replaceAll("/", "-"));
    const cursor = Date.parse((await parts.notes.cursor()) ?? "");
    let next = cursor >= begin && cursor < today - dayMs ? cursor : begin;
    for (let i = 0; i < slowDays && next < today - dayMs; i += 1, next += dayMs) days.push(next);
    const sum = await levelDays(days.map(dayFolderOf), parts);
    await parts.notes.moveCursor(new Date(next).toISOString().slice(0, 10));
    return sum;
  }
  return await levelDays(days.map(dayFolderOf), parts);
}

async function levelDays(days: readonly string[], parts: LevelParts): Promise<Levelled> {
  const sum = nothingLevelled();
  for (const [i, day] of days.entries()) {
    if (i > 0) await sleep(pauseMs);
    addLevelled(sum, await levelDay(day, parts));
  }
  return sum;
}

function dayFolderOf(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10).replaceAll("-", "/");
}
