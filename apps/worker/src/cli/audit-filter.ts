import type { EntryFilter } from "@tapline/adapters/prisma";

/** Options by which audit entries are chosen. */
export interface FilterOptions {
  readonly since?: number;
  readonly from?: number;
  readonly until?: number;
  readonly action?: string;
  readonly by?: string;
  readonly subject?: string;
  readonly text?: string;
}

/** @param since ms before now @param from since 1970, as `until` is */
export function filterOf({ since, from, until, action, by, subject, text }: FilterOptions): EntryFilter {
  const begins = [since === undefined ? [] : Date.now() - since, from ?? []].flat();
  return {
    sinceEpochMs: begins.length === 0 ? null : Math.max(...begins),
    untilEpochMs: until ?? null,
    ...{ action: action ?? null, actorId: by ?? null, subject: subject ?? null, text: text ?? null },
  };
}
