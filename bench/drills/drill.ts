export type DrillOptions = {
  /** How many faults to bring about. */
  readonly times: number;
  /** Fixes every choice that chance makes. */
  readonly seed: number;
  /** Tells people what is going on; not part of the result. */
  readonly say: (line: string) => void;
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
  /** Whatever else was wrong, each in a sentence. */
  readonly faultsFound: readonly string[];
};

/** Brings faults about while taps flow, waits until all is healed, and compares the decrypted archive with what was read. */
export type Drill = {
  readonly name: string;
  readonly about: string;
  readonly run: (options: DrillOptions) => Promise<DrillResult>;
};
