import type { TapHolders } from "@tapline/adapters/prisma";
import type { BufferBar } from "@tapline/adapters/redis";
import { TaplineError } from "@tapline/core/kernel";
import { gatherTaps, unheldTaps, unheldWords } from "@tapline/core/transfer";

export type HeldParts = {
  readonly bar: Pick<BufferBar, "runs">;
  readonly holders: Pick<TapHolders, "told" | "withoutEnd">;
  readonly clock: () => number;
};

/**
 * Why a flush of what is in the buffer now would lose taps, in words that name whose; null where it would lose none: each is held by an
 * agent that was heard within `heardWithinMs`, or has its end.
 */
export async function whyUnheld(
  { bar, holders, clock }: HeldParts,
  heardWithinMs: number,
  signal?: AbortSignal,
): Promise<string | null> {
  const { runs, unnamed } = await bar.runs(signal);
  if (unnamed > 0) return `of ${unnamed} frames it is not known whose taps they hold`;
  const buffered = gatherTaps(runs);
  const told = await holders.told(buffered.map(({ agent }) => agent));
  signal?.throwIfAborted();
  const unheld = unheldTaps(buffered, { told, heardWithinMs, nowEpochMs: clock() });
  const open = await holders.withoutEnd(unheld);
  return open.length === 0 ? null : unheldWords(open);
}

/** @throws TaplineError `conflict` that names whose taps would be lost */
export async function assertHeld(
  parts: HeldParts,
  heardWithinMs: number,
  signal?: AbortSignal,
): Promise<void> {
  const why = await whyUnheld(parts, heardWithinMs, signal);
  if (why === null) return;
  throw new TaplineError(
    "conflict",
    `not all that is in the buffer is held by agents that are there: ${why}`,
    {
      remedy:
        "nothing was flushed: wait until they are heard or archived; `tapline buffer flush` does it all the same",
    },
  );
}
