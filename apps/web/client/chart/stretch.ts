/** A stretch of time that is looked at more closely. */
export interface Stretch {
  fromEpochMs: number;
  untilEpochMs: number;
}

/** Where an address says it. */
export const zoomName = "zoom";

/** Fewer steps than that are no line, however closely one looks. */
const fewestSteps = 4;

/** The stretch that an address names; `null`: none, or none that can be. */
export function readStretch(text: string | null): Stretch | null {
  const [, from, until] = /^(\d{9,11})-(\d{9,11})$/.exec(text ?? "") ?? [];
  const stretch = { fromEpochMs: Number(from) * 1_000, untilEpochMs: Number(until) * 1_000 };
  return stretch.fromEpochMs < stretch.untilEpochMs ? stretch : null;
}

/** As it stands in an address: seconds since 1970. */
export function writeStretch({ fromEpochMs, untilEpochMs }: Stretch): string {
  return `${Math.floor(fromEpochMs / 1_000)}-${Math.ceil(untilEpochMs / 1_000)}`;
}

/** As much of a stretch as lies in the whole, in full steps, and enough of them; `null` where that is nothing, or all of it. */
export function within(wanted: Stretch, whole: Stretch, stepMs: number): Stretch | null {
  if (wanted.untilEpochMs <= whole.fromEpochMs || wanted.fromEpochMs >= whole.untilEpochMs) return null;
  const [from, until] = [wanted.fromEpochMs, wanted.untilEpochMs].map((at) => at - whole.fromEpochMs);
  const all = Math.round(spanOf(whole) / stepMs);
  const first = Math.max(0, Math.floor((from ?? 0) / stepMs));
  const end = Math.min(all, Math.ceil((until ?? 0) / stepMs));
  const count = Math.max(end - first, Math.min(fewestSteps, all));
  const start = Math.min(first, all - count);
  if (count >= all) return null;
  const fromEpochMs = whole.fromEpochMs + start * stepMs;
  return { fromEpochMs, untilEpochMs: fromEpochMs + count * stepMs };
}

/** The same middle, and so many times as much. */
export function scaled({ fromEpochMs, untilEpochMs }: Stretch, times: number): Stretch {
  const middle = (fromEpochMs + untilEpochMs) / 2;
  const half = ((untilEpochMs - fromEpochMs) * times) / 2;
  return { fromEpochMs: middle - half, untilEpochMs: middle + half };
}

/** As much of the time, so many of its lengths later, and no farther than the whole goes. */
export function moved(shown: Stretch, whole: Stretch, lengths: number): Stretch {
  const span = spanOf(shown);
  const from = shown.fromEpochMs + span * lengths;
  const fromEpochMs = Math.max(whole.fromEpochMs, Math.min(from, whole.untilEpochMs - span));
  return { fromEpochMs, untilEpochMs: fromEpochMs + span };
}

/** Whether a step lies in it, by half or more. */
export function holds({ fromEpochMs, untilEpochMs }: Stretch, startEpochMs: number, stepMs: number): boolean {
  const middle = startEpochMs + stepMs / 2;
  return middle >= fromEpochMs && middle < untilEpochMs;
}

const spanOf = ({ fromEpochMs, untilEpochMs }: Stretch) => untilEpochMs - fromEpochMs;
