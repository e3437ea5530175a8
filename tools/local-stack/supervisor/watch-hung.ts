import { get } from "node:http";
import type { Child } from "../start-child.ts";

const askEveryMs = 2_000;
/** A busy process is late with an answer, a hung one gives none: so long twice in a row, ms. Its restart would take more of what it lacks. */
const answerWithinMs = 10_000;
const mostMissed = 2;
/** Where the machine is what is slow, no successor is faster: each in a row is given twice as long, up to so long, ms. */
const mostWithinMs = 60_000;
/** What has answered each time for so long, as soon as is usual, has recovered, ms: its next silence is a lone one again. */
const wellMs = 300_000;

export type HungWatchParts = Readonly<{
  /** Told before a life is ended, with how long its successor may be silent, ms. */
  say: (nextSilentMs: number) => void;
  /** Whether something answers at a health port within so many ms. */
  answers?: (port: number, withinMs: number) => Promise<boolean>;
}>;

/** Ends lives of one process by SIGKILL that answer their health port no more; its supervisor then begins the next. */
export class HungWatch {
  readonly #say: HungWatchParts["say"];
  readonly #answers: NonNullable<HungWatchParts["answers"]>;
  /** Lives that it ended, since the last one that was well. */
  #inARow = 0;

  constructor({ say, answers = answersAt }: HungWatchParts) {
    this.#say = say;
    this.#answers = answers;
  }

  /** Watches a life until it is over. One without a health port is not watched. */
  watch(child: Child): void {
    const port = child.ready.healthPort;
    if (typeof port !== "number") return;
    const asking = new AbortController();
    void child.exited.then(() => asking.abort());
    void this.#watch(child, port, asking.signal);
  }

  async #watch(child: Child, port: number, over: AbortSignal): Promise<void> {
    let wellSinceMs = performance.now();
    for (let missed = 0; missed < mostMissed; ) {
      await pause(askEveryMs, over);
      if (over.aborted) return;
      const askedMs = performance.now();
      const isThere = await this.#answers(port, this.#withinMs());
      if (over.aborted) return;
      missed = isThere ? 0 : missed + 1;
      const nowMs = performance.now();
      // Late for the usual patience: were that back, this one would be ended next.
      if (!isThere || nowMs - askedMs > answerWithinMs) wellSinceMs = nowMs;
      else if (nowMs - wellSinceMs >= wellMs) this.#inARow = 0;
    }
    this.#inARow += 1;
    this.#say(mostMissed * this.#withinMs());
    await child.stop(0);
  }

  #withinMs(): number {
    return Math.min(answerWithinMs * 2 ** this.#inARow, mostWithinMs);
  }
}

function pause(ms: number, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      over.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    over.addEventListener("abort", end);
  });
}

/** Any answer will do: what is no more alive gives none. */
function answersAt(port: number, withinMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host: "127.0.0.1", port, path: "/healthz", timeout: withinMs, agent: false });
    request.once("response", (response) => {
      response.resume();
      resolve(true);
    });
    request.once("timeout", () => request.destroy(new Error("no answer")));
    request.once("error", () => resolve(false));
  });
}
