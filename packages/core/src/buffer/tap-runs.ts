/** Consecutive numbers of one agent's epoch, `first` to `last`. */
export type TapRun = {
  readonly agent: string;
  readonly epoch: number;
  readonly first: number;
  readonly last: number;
};

/** A text for `readTapRuns`: `gate-1 1 5-9,gate-2 3 7`. An agent's id has neither space nor comma. */
export function writeTapRuns(runs: readonly TapRun[]): string {
  return runs
    .map(
      ({ agent, epoch, first, last }) => `${agent} ${epoch} ${first === last ? first : `${first}-${last}`}`,
    )
    .join(",");
}

/** null where the text names no taps, as where nobody wrote one. */
export function readTapRuns(text: string): TapRun[] | null {
  const runs = text.split(",").map((run) => {
    const [, agent = "", epoch, first, last = first] = /^(\S+) (\d+) (\d+)(?:-(\d+))?$/.exec(run) ?? [];
    return { agent, epoch: Number(epoch), first: Number(first), last: Number(last) };
  });
  return runs.some(({ agent }) => agent === "") ? null : runs;
}
