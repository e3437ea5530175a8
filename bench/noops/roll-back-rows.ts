import type { ShiftListing } from "@tapline/adapters/prisma";
import { figure, median, quantile, type Row } from "../report.ts";

/** What is rolled back: a release with a share, or one that has got all, what ran before having ended. */
export type RollBackFrom = "shift" | "all";

export type RollBack = Readonly<{
  from: RollBackFrom;
  /** From the command until everything went to what ran before, and that was recorded, ms. */
  tookMs: number;
  /** Of that until the roll-back was begun and in the audit log: the command's own start, ms. */
  askedMs: number;
}>;

const phasesBack = {
  release: ["clearing", "rolled-back"],
  return: ["keeping", "retiring", "promoted"],
} as const;

/**
 * When a shift that was rolled back at `sinceEpochMs`, or begun then as a way back, was recorded to have given everything back,
 * ms since 1970; null while it has not.
 */
export function isBackAt(
  { kind, state }: Pick<ShiftListing, "kind" | "state">,
  sinceEpochMs: number,
): number | null {
  const isBack = phasesBack[kind].some((phase) => phase === state.phase);
  return isBack && state.sinceEpochMs >= sinceEpochMs ? state.sinceEpochMs : null;
}

const rowNames = { shift: "rollback-p99", all: "rollback-p99-of-all" } as const;
const notes = {
  shift: "from the command until nothing goes to a release that had half, and that is recorded",
  all: "the same of a release that had all: what ran before is started anew",
} as const;

/** A row for each of what was rolled back. */
export function rollBackRows(found: readonly RollBack[]): Row[] {
  const byFrom = Map.groupBy(found, ({ from }) => from);
  return [...byFrom].map(([from, some]) => {
    const [took, asked] = [some.map(({ tookMs }) => tookMs), some.map(({ askedMs }) => askedMs)];
    const parts = `p50 ${Math.round(median(took))}, of it the command's start ${Math.round(median(asked))}`;
    return figure(rowNames[from], "ms", [quantile(took, 0.99)], {
      aim: "≤ 5000",
      note: `${notes[from]}; of ${some.length}, ${parts}`,
    });
  });
}
