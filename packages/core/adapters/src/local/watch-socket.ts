import { type IncomingMessage, request } from "node:http";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { type Landscape, landscapeSchema } from "@tapline/core/noops";
import { supervisorAway } from "./ask-socket.ts";

/** The supervisor is heard every 2 s at least; ms. */
const silentAfterMs = 8_000;
const againAfterMs = 500;

/** Tells each landscape that comes by the socket at `path`, over every loss of the connection, until the returned function is called. */
export function watchSocket(
  path: string,
  onChange: (landscape: Landscape) => void,
  onTrouble: (error: unknown) => void,
): () => void {
  const ending = new AbortController();
  const { signal } = ending;
  const follow = async (): Promise<void> => {
    let isTroubleTold = false;
    while (!signal.aborted) {
      const why = await followOnce(path, signal, (landscape) => {
        isTroubleTold = false;
        onChange(landscape);
      });
      if (signal.aborted) return;
      if (!isTroubleTold) onTrouble(supervisorAway(path, why));
      isTroubleTold = true;
      await sleep(againAfterMs, undefined, { signal }).catch(() => {});
    }
  };
  void follow();
  return () => ending.abort();
}

/** @returns why it ended */
async function followOnce(
  path: string,
  signal: AbortSignal,
  onChange: (landscape: Landscape) => void,
): Promise<unknown> {
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const asked = request({
        socketPath: path,
        path: "/v1/watch",
        timeout: silentAfterMs,
        signal,
        agent: false,
      });
      asked.once("timeout", () => asked.destroy(new Error("nothing was heard")));
      asked.once("error", reject);
      asked.once("response", resolve);
      asked.end();
    });
    for await (const line of createInterface({ input: response }))
      if (line !== "" && !signal.aborted) onChange(landscapeSchema.parse(JSON.parse(line)));
    return undefined;
  } catch (error) {
    return error;
  }
}
