import type { Act, AskedOutcome, QuarantineFilter } from "@tapline/adapters/prisma";
import { z } from "zod";
import type { ReplayEffect } from "../jobs/replay-quarantine.ts";

export type ReplayRefusedParts = {
  readonly preview: (filter: QuarantineFilter) => Promise<ReplayEffect>;
  readonly replay: (filter: QuarantineFilter, act: Act) => Promise<ReplayEffect>;
};

const wishSchema = z.strictObject({
  reason: z.string().nullable(),
  agent: z.string().nullable(),
  site: z.string().nullable(),
});

/** What a replay of refused taps would do now, by the rules and the registry of today. */
export async function previewReplayNow(
  wish: unknown,
  { preview }: ReplayRefusedParts,
): Promise<AskedOutcome> {
  return outcomeOf(await preview(filterOf(wish)), "would go into the buffer again");
}

/** Puts those into the buffer again that pass now. */
export async function replayNow(
  wish: unknown,
  act: Act,
  { replay }: ReplayRefusedParts,
): Promise<AskedOutcome> {
  return outcomeOf(await replay(filterOf(wish), act), "went into the buffer again");
}

function filterOf(wish: unknown): QuarantineFilter {
  const { reason, agent, site } = wishSchema.parse(wish);
  return {
    ...(reason === null ? {} : { reason }),
    ...(agent === null ? {} : { agent }),
    ...(site === null ? {} : { site }),
  };
}

function outcomeOf(
  { looked, passing, held, sealed, unkept, refused }: ReplayEffect,
  does: string,
): AskedOutcome {
  const reasons = Object.entries(refused).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const staying = reasons.reduce((sum, [, taps]) => sum + taps, 0);
  return {
    says: `Of ${looked} ${looked === 1 ? "tap" : "taps"} in quarantine ${passing} ${does}.`,
    facts: {
      passing,
      "archived already": held,
      "refused still": staying,
      "sealed under another key": sealed,
      "kept by digest alone": unkept,
    },
    list: reasons.map(([reason, taps]) => `${taps} stay, refused still: ${reason}`),
  };
}
