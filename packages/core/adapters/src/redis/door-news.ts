import { rejectReasons } from "@tapline/core/tap";
import type { Redis } from "ioredis";
import { z } from "zod";
import { doorChannel } from "./keys.ts";

/**
 * What validation said of one agent's taps of one segment, for the person at the reader: the numbers of those it
 * accepted, of duplicates, and of those it rejected.
 */
export const verdictHintSchema = z.strictObject({
  epoch: z.int(),
  accepted: z.array(z.int()),
  duplicate: z.array(z.int()),
  rejected: z.array(z.strictObject({ seq: z.int(), reason: z.enum(rejectReasons), detail: z.string() })),
});

export type VerdictHint = z.infer<typeof verdictHintSchema>;

export type DoorListeners = {
  /** A hint that does not read, as of a newer release, is null. */
  readonly onVerdicts: (agent: string, hint: () => VerdictHint | null) => void;
  /** Told when `agent` has opened a stream at the process `holder`. */
  readonly onStream: (agent: string, holder: string) => void;
};

/** What the processes of the door tell each other, and validation tells them. Told once, kept nowhere. */
export class DoorNews {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Tells the doors what validation said, one message for each agent. */
  async tellVerdicts(hints: ReadonlyMap<string, readonly VerdictHint[]>): Promise<void> {
    const pipeline = this.#redis.pipeline();
    for (const [agent, told] of hints)
      for (const hint of told) pipeline.publish(doorChannel, `verdicts ${agent} ${JSON.stringify(hint)}`);
    await pipeline.exec();
  }

  /** Tells the doors that `agent` has opened a stream at `holder`. */
  async tellStream(agent: string, holder: string): Promise<void> {
    await this.#redis.publish(doorChannel, `stream ${agent} ${holder}`);
  }

  /** Listens on `connection`, which may carry other subscriptions too. A hint is parsed only where it is asked for. */
  async subscribe(connection: Redis, { onVerdicts, onStream }: DoorListeners): Promise<void> {
    connection.on("message", (channel, message) => {
      if (channel !== doorChannel) return;
      const [, kind, agent = "", rest = ""] = /^(\S+) (\S+) (.*)$/s.exec(message) ?? [];
      if (kind === "verdicts") onVerdicts(agent, () => readHint(rest));
      else if (kind === "stream") onStream(agent, rest);
    });
    await connection.subscribe(doorChannel);
  }
}

function readHint(text: string): VerdictHint | null {
  try {
    return verdictHintSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
