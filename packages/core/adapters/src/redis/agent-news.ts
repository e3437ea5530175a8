import type { Redis } from "ioredis";
import { agentNewsChannel } from "./keys.ts";

/** Tells every process at once that somebody's standing as an agent may have changed. */
export class AgentNews {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  async publish(): Promise<void> {
    await this.#redis.publish(agentNewsChannel, "");
  }

  /** @param connection one for subscriptions; it may be shared with others */
  async subscribe(connection: Redis, onNews: () => void): Promise<void> {
    connection.on("message", (channel) => {
      if (channel === agentNewsChannel) onNews();
    });
    await connection.subscribe(agentNewsChannel);
  }
}
