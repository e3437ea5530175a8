import type { ProofQueue, SegmentQueues } from "@tapline/adapters/bullmq";
import { queuePrefix } from "@tapline/adapters/redis";
import type { Redis } from "ioredis";

/** What the console asks of the queues. */
export interface Queues {
  readonly proofs: Pick<ProofQueue, "ask">;
  readonly segments: Pick<SegmentQueues, "standing">;
}

/**
 * The queues, whose library is a tenth of all modules: it is loaded once somebody asks, not while a console that starts is waited for.
 * @param redis a connection whose commands fail soon where Redis is away
 */
export function openQueues(redis: Redis): Queues {
  let opening: Promise<Queues> | null = null;
  const open = async (): Promise<Queues> => {
    const { ProofQueue, SegmentQueues } = await import("@tapline/adapters/bullmq");
    return { proofs: new ProofQueue(redis, queuePrefix), segments: new SegmentQueues(redis, queuePrefix) };
  };
  const opened = () => (opening ??= open());
  return {
    proofs: { ask: async (...wish) => await (await opened()).proofs.ask(...wish) },
    segments: { standing: async (...segment) => await (await opened()).segments.standing(...segment) },
  };
}
