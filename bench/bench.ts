import type { Outcome } from "./report.ts";

export type BenchOptions = {
  readonly quick: boolean;
  /** Whether a row, or one of several that are measured together, was asked for. */
  readonly wants: (...rows: string[]) => boolean;
  /** Chromium's path; undefined where it is missing. */
  readonly chromium: string | undefined;
  /** Tells people what is going on; not part of the result. */
  readonly say: (line: string) => void;
};

/** A measured comparison: sets up what it needs, runs ours and the baseline in turn, checks that it was right. */
export type Bench = {
  readonly name: string;
  readonly run: (options: BenchOptions) => Promise<Outcome>;
};
