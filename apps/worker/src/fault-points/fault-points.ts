import { setTimeout as sleep } from "node:timers/promises";
import { type FaultMessage, type FaultNews, type FaultOrder, faultMessageSchema } from "./messages.ts";

/** The way to the parent. */
export type FaultChannel = {
  readonly send: (news: FaultNews) => void;
  readonly listen: (onMessage: (message: unknown) => void) => void;
  /** Ends this process as `kill -9` does. */
  readonly die: () => void;
};

/** Where fault points are told of: which there are, and each time that one is passed. */
export type FaultWatch = {
  readonly know: (point: string) => void;
  readonly pass: (point: string) => Promise<void>;
};

/**
 * The named points of one process at which a drill may strike. A point that is not armed is counted and costs nothing
 * more; at an armed one the process tells its parent and waits for its order.
 */
export class FaultPoints implements FaultWatch {
  readonly #channel: FaultChannel;
  readonly #passes = new Map<string, number>();
  readonly #armed = new Set<string>();
  readonly #held = new Map<number, (order: FaultOrder) => void>();
  #lastPass = 0;

  constructor(channel: FaultChannel) {
    this.#channel = channel;
    channel.listen((message) => {
      const parsed = faultMessageSchema.safeParse(message);
      if (parsed.success) this.#take(parsed.data);
    });
  }

  know(point: string): void {
    if (!this.#passes.has(point)) this.#passes.set(point, 0);
  }

  async pass(point: string): Promise<void> {
    const nth = (this.#passes.get(point) ?? 0) + 1;
    this.#passes.set(point, nth);
    if (!this.#armed.delete(point)) return;
    const pass = ++this.#lastPass;
    const { promise, resolve } = Promise.withResolvers<FaultOrder>();
    this.#held.set(pass, resolve);
    this.#channel.send({ type: "fault.at", point, nth, pass });
    const order = await promise;
    this.#held.delete(pass);
    if (order.order === "die") this.#channel.die();
    else if (order.order === "stall") await sleep(order.stallMs);
  }

  #take(message: FaultMessage): void {
    if (message.type === "fault.arm") this.#armed.add(message.point);
    else if (message.type === "fault.order") this.#held.get(message.pass)?.(message);
    else if (message.type === "fault.list")
      this.#channel.send({ type: "fault.passes", passes: Object.fromEntries(this.#passes) });
    else {
      this.#armed.clear();
      for (const [pass, resolve] of this.#held)
        resolve({ type: "fault.order", pass, order: "go", stallMs: 0 });
    }
  }
}
