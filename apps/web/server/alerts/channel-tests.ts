import { TaplineError } from "@tapline/core/kernel";

/** Enough for whoever mends a channel; too few to keep people awake, or what calls for somebody waiting behind them. */
const most = 5;
const withinMs = 60_000;

/** Lets tests of each channel through, five a minute of this process. */
export class ChannelTests {
  readonly #clock: () => number;
  readonly #begunAtMs = new Map<string, readonly number[]>();

  /** @param clock ms, by one that is never set */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** @throws TaplineError `overloaded` where there were too many; what `begin` throws, and then it was none */
  async begin<Begun>(channel: string, begin: () => Promise<Begun>): Promise<Begun> {
    const nowMs = this.#clock();
    const begun = this.#since(channel, nowMs - withinMs);
    if (begun.length >= most)
      throw new TaplineError("overloaded", `${channel} was tested ${most} times within a minute`, {
        remedy: "look at what came of these tests, and try again in a minute",
      });
    this.#keep(channel, [...begun, nowMs]);
    try {
      return await begin();
    } catch (error) {
      const others = this.#begunAtMs.get(channel) ?? [];
      const at = others.indexOf(nowMs);
      if (at >= 0) this.#keep(channel, others.toSpliced(at, 1));
      throw error;
    }
  }

  #since(channel: string, fromMs: number): number[] {
    return (this.#begunAtMs.get(channel) ?? []).filter((atMs) => atMs > fromMs);
  }

  /** Of channels that there are not, nothing is left. */
  #keep(channel: string, begunAtMs: readonly number[]): void {
    if (begunAtMs.length > 0) this.#begunAtMs.set(channel, begunAtMs);
    else this.#begunAtMs.delete(channel);
  }
}
