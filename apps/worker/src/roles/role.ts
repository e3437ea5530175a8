/** A running service. */
export type Role = {
  /**
   * Ends the service: takes nothing new, and ends what runs, which is cut off after `graceMs` where it can be. A loop ends with its step, however
   * long that takes: whoever ends a process waits no longer than `graceMs` for all of them.
   */
  readonly stop: (graceMs: number) => Promise<void>;
};

/**
 * Calls `step` again and again until stopped, pausing after a failure, so that a service outlives any fault of
 * the parts it needs.
 * @param step returns after how many ms it wants to be called again
 */
export function repeat(
  step: (signal: AbortSignal) => Promise<number>,
  onError: (error: unknown) => void,
  pauseAfterErrorMs = 500,
): { stop: () => Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const wake = new Wake();
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      let pauseMs: number;
      try {
        pauseMs = await step(signal);
      } catch (error) {
        if (signal.aborted) return;
        onError(error);
        pauseMs = pauseAfterErrorMs;
      }
      if (pauseMs > 0 && !signal.aborted) await wake.next(pauseMs);
    }
  };
  const running = run();
  return {
    stop: async () => {
      stopping.abort();
      wake.wake();
      await running;
    },
  };
}

/** Lets one loop sleep until another part has news for it. */
export class Wake {
  #resolve: () => void = () => undefined;

  /** Resolves at the first `wake` from now on, at the latest after `timeoutMs`. One sleeper at a time. */
  async next(timeoutMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#resolve = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  wake(): void {
    this.#resolve();
  }
}
