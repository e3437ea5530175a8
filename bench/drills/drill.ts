import type { Availability } from "./chaos/availability.ts";

export type DrillOptions = {
  /** How many faults to bring about. */
  readonly times: number;
  /** For how long to bring them about instead, where somebody says. */
  readonly minutes?: number;
  /** Fixes every choice that chance makes. */
  readonly seed: number;
  /** Plays one counterexample again that was found with this seed, as it was printed. */
  readonly path?: string;
  /** Tells people what is going on; not part of the result. */
  readonly say: (line: string) => void;
};

/** What agents saw of the door, and what became of their taps. */
export type AgentsFared = Availability & {
  /** Taps that the door took, and that the decrypted archive holds in the end. */
  readonly taken: number;
  readonly archived: number;
  readonly archivedPercent: number;
  /** Acts of operators in the audit log from the first fault until all was settled. */
  readonly operatorActs: number;
};

export type DrillResult = {
  /** Faults that were brought about. */
  readonly faults: number;
  /** Taps that were read while they were. */
  readonly taps: number;
  /** Taps that the decrypted archive lacks. */
  readonly lost: number;
  /** Taps that it holds more than once. */
  readonly doubled: number;
  /** Taps that stand in the archive behind one of their tracker that was read later: they were sent again. */
  readonly late?: number;
  /** How a drill's own agents fared, which nobody killed. */
  readonly agents?: AgentsFared;
  /** Orders of steps that were played. */
  readonly interleavings?: number;
  /** Whatever else was wrong, each in a sentence. */
  readonly faultsFound: readonly string[];
};

/** Brings faults about while taps flow, waits until all is healed, and compares the decrypted archive with what was read. */
export type Drill = {
  readonly name: string;
  readonly about: string;
  /** How many faults where nobody says; default 20. */
  readonly usualTimes?: number;
  /** Whether it can go on for a number of minutes instead. */
  readonly takesMinutes?: boolean;
  /** All faults that it knows, where they have names. */
  readonly faultNames?: readonly string[];
  readonly run: (options: DrillOptions) => Promise<DrillResult>;
};
