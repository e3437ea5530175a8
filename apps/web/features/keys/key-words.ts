import { formatCount } from "../../client/format.ts";
import type { KeysView, KeyView } from "../../contracts/keys.ts";
import * as strings from "../../strings/generated/keys/key-words.ts";

const dayMs = 24 * 3_600_000;
/** As `tapline key check` warns. */
const soonDays = 30;

export const stateNames: Readonly<Record<KeyView["state"], string>> = {
  active: strings.active,
  retiring: strings.retiring,
  retired: strings.retired,
  revoked: strings.revoked,
};

export const roleNames: Readonly<Record<KeyView["role"], string>> = {
  archive: strings.theArchives,
  escrow: strings.theEscrows,
  other: strings.anotherReaders,
};

const ranks = { active: 0, retiring: 1, retired: 2, revoked: 3 } as const;

/** In use first; else as the ring has them. */
export function inOrder(keys: readonly KeyView[]): KeyView[] {
  return keys.toSorted((a, b) => ranks[a.state] - ranks[b.state]);
}

export const daysUntil = (epochMs: number, nowEpochMs: number): number =>
  Math.floor((epochMs - nowEpochMs) / dayMs);

/** Whether an end calls for somebody. */
export const isSoon = (epochMs: number, nowEpochMs: number): boolean =>
  daysUntil(epochMs, nowEpochMs) <= soonDays;

export function daysWords(epochMs: number, nowEpochMs: number): string {
  const days = daysUntil(epochMs, nowEpochMs);
  if (days < 0) return strings.endedDaysDAgo({ days: -days });
  return strings.daysDLeft({ days: formatCount(days) });
}

/** A day, such as `2027-03-09`, in UTC as certificates have it. */
export const dayOf = (epochMs: number): string => new Date(epochMs).toISOString().slice(0, 10);

/** Whether new objects are encrypted to a key: what it should be, and what workers say. */
export interface NewObjects {
  words: string;
  /** A worker does not do as the ring says. */
  isWrong: boolean;
}

export function newObjectsOf(key: KeyView, workers: KeysView["workers"]): NewObjects {
  const users = workers?.filter(({ recipients }) => recipients.includes(key.certSha256)).length ?? 0;
  const all = workers?.length ?? 0;
  if (key.state === "active") {
    if (all === 0) return { words: strings.yesSaysTheRing, isWrong: false };
    if (users === all) return { words: strings.yes, isWrong: false };
    return { words: strings.byUsersOfAllWorkers({ users, all }), isWrong: true };
  }
  return users === 0
    ? { words: strings.no, isWrong: false }
    : { words: strings.stillByUsersOfAll({ users, all }), isWrong: true };
}

/** How much of what is archived a key opens. */
export function shareWords({ opens }: KeyView, { segments }: KeysView["archived"]): string {
  if (opens === null || segments === 0) return strings.nothing;
  return strings.percentOfObjects({ percent: percent(opens.segments, segments) });
}

/** Rounded down, so that what is not all is never said to be. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return "0 %";
  const share = (part / whole) * 100;
  return share > 0 && share < 1 ? "< 1 %" : `${Math.floor(share)} %`;
}

/** Such as `1 object`, `1,240 objects`. */
export function objects(count: number): string {
  return strings.objects({ count });
}

/** What workers that do not believe a key say of it. */
export function disbeliefsOf(key: KeyView, workers: KeysView["workers"]): { worker: string; why: string }[] {
  return (workers ?? []).flatMap(({ worker, refused }) =>
    refused.flatMap(({ certSha256, why }) => (certSha256 === key.certSha256 ? { worker, why } : [])),
  );
}
