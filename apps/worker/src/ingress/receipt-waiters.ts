const maxWaitersPerAgent = 2;

/** Agents' requests that wait for news of their receipts. */
export class ReceiptWaiters {
  readonly #waiting = new Map<string, Set<() => void>>();

  /** Wakes the requests of `agent`. */
  wake(agent: string): void {
    for (const resolve of this.#waiting.get(agent) ?? []) resolve();
  }

  /** Wakes everybody: used when the server drains, or when news may have been missed. */
  wakeAll(): void {
    for (const agent of [...this.#waiting.keys()]) this.wake(agent);
  }

  /**
   * Begins to listen before the caller looks for receipts, so that nothing falls between look and wait.
   * @returns `news` resolves when there is some or after `waitMs`; `stop` must be called in the end
   */
  listen(agent: string, waitMs: number): { news: Promise<void>; stop: () => void } {
    let wake = (): void => undefined;
    const news = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const timer = setTimeout(wake, waitMs);
    const waiters = this.#waiting.get(agent) ?? new Set();
    // An agent needs one; what it left behind when it lost its connection gives way.
    if (waiters.size >= maxWaitersPerAgent) waiters.values().next().value?.();
    waiters.add(wake);
    this.#waiting.set(agent, waiters);
    const stop = (): void => {
      clearTimeout(timer);
      waiters.delete(wake);
      if (waiters.size === 0) this.#waiting.delete(agent);
    };
    return { news, stop };
  }
}
