import { z } from "zod";
import type { ChildMessage } from "./start-child.ts";

const agentSchema = z.object({
  taps: z.int(),
  pending: z.int(),
  archived: z.int(),
  duplicates: z.int(),
  rejected: z.int(),
  oldestPendingAgeMs: z.number().nullable().optional(),
  connected: z.boolean(),
  segments: z.int(),
  done: z.boolean(),
});

/** What the local agent has seen, earlier starts on the same data folder included. */
export type AgentCounts = z.infer<typeof agentSchema>;

/** The latest figures of the agent. `next` resolves when newer ones have come. */
export class LiveCounts {
  agent: AgentCounts | undefined;
  #listeners: (() => void)[] = [];

  /** Takes a child's message, if it carries figures. */
  take(message: ChildMessage): void {
    const agent = agentSchema.safeParse(message.agent);
    if (message.type !== "status" || !agent.success) return;
    this.agent = agent.data;
    for (const tell of this.#listeners.splice(0)) tell();
  }

  /** Resolves with the next figures, or after `timeoutMs`. */
  next(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#listeners.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
