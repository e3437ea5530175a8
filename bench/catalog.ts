import type { Outcome } from "./report.ts";
import { tapToArchive } from "./tap-to-archive/index.ts";

export type BenchOptions = {
  readonly quick: boolean;
  /** Tells people what is going on; not part of the result. */
  readonly say: (line: string) => void;
};

/** A measured comparison: sets up what it needs, runs ours and the baseline in turn, checks that it was right. */
export type Bench = {
  readonly name: string;
  readonly run: (options: BenchOptions) => Promise<Outcome>;
};

const benches: readonly Bench[] = [{ name: "tap-to-archive", run: tapToArchive }];

export const benchNames = benches.map(({ name }) => name);

export function findBench(name: string | undefined): Bench | undefined {
  return benches.find((bench) => bench.name === name);
}
