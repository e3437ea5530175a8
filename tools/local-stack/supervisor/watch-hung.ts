import { get } from "node:http";
import type { Child } from "../start-child.ts";

const askEveryMs = 2_000;
/** A busy process is late with an answer, a hung one gives none: so long twice in a row, ms. Its restart would take more of what it lacks. */
const answerWithinMs = 10_000;
const mostMissed = 2;

/** Ends a life by SIGKILL that answers its health port no more, after `say`; its supervisor then begins the next. */
export function watchHung(child: Child, say: () => void): void {
  const { healthPort } = child.ready;
  if (typeof healthPort !== "number") return;
  let missed = 0;
  let isOver = false;
  let timer = setTimeout(look, askEveryMs);
  async function look(): Promise<void> {
    missed = (await answers(Number(healthPort))) ? 0 : missed + 1;
    if (isOver) return;
    if (missed < mostMissed) {
      timer = setTimeout(look, askEveryMs);
      return;
    }
    say();
    await child.stop(0);
  }
  void child.exited.then(() => {
    isOver = true;
    clearTimeout(timer);
  });
}

/** Any answer will do: what is no more alive gives none. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host: "127.0.0.1", port, path: "/healthz", timeout: answerWithinMs, agent: false });
    request.once("response", (response) => {
      response.resume();
      resolve(true);
    });
    request.once("timeout", () => request.destroy(new Error("no answer")));
    request.once("error", () => resolve(false));
  });
}
