import { type BufferedTap, partitionOfAgent } from "@tapline/core/buffer";
import { type Delivered, Door } from "./door.ts";

/** Puts a frame of `taps` taps where it is durable in a partition, and gives the buffer's generation. */
export type AppendTo = (frame: Buffer, taps: number, partition: number) => Promise<string>;

/** Agents whose partition is remembered: reckoning it anew for each tap would cost as much as the tap itself. */
const rememberedAgents = 10_000;

/** A door to each partition of the buffer: one that is slow, or lost, keeps nobody else's taps waiting. */
export class Doors {
  readonly #doors: readonly Door[];
  readonly #partitions = new Map<string, number>();

  constructor(partitions: number, append: AppendTo) {
    this.#doors = Array.from(
      { length: partitions },
      (_, partition) => new Door((frame, taps) => append(frame, taps, partition)),
    );
  }

  /**
   * Takes taps of one agent that came together, at least one.
   * @returns as `Door` says
   */
  async take(taps: readonly BufferedTap[], delivered?: Delivered): Promise<string> {
    const door = this.#doors[this.#partitionOf(taps[0]?.agent ?? "")] as Door;
    return await door.take(taps, delivered);
  }

  #partitionOf(agent: string): number {
    const known = this.#partitions.get(agent);
    if (known !== undefined) return known;
    if (this.#partitions.size >= rememberedAgents) this.#partitions.clear();
    const partition = partitionOfAgent(agent, this.#doors.length);
    this.#partitions.set(agent, partition);
    return partition;
  }
}
