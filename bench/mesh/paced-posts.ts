import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request } from "undici";
import type { Installation } from "../installation/index.ts";

const connections = 16;
const againAfterMs = 50;
const giveUpAfterMs = 60_000;

export type Paced = {
  /** From the moment at which a tap is due until it is accepted, however often that takes, ms. */
  readonly acceptMs: readonly number[];
  /** Posts that broke off, or were answered otherwise, and were sent again as agents do. */
  readonly again: number;
  /** How many of the taps were posted: the first ones. */
  readonly posted: number;
};

/**
 * Posts taps at an even pace by connections that it keeps, whatever becomes of those before; each until it is accepted.
 * @param from number of the first: an agent counts on, and doors turn away who begins anew again and again
 * @param isOver asked before each tap; default: once all are posted
 */
export async function pacedPosts(
  { url, agentTls }: Installation,
  payloads: readonly Buffer[],
  {
    from,
    perSecond,
    isOver = () => false,
  }: { readonly from: number; readonly perSecond: number; readonly isOver?: () => boolean },
): Promise<Paced> {
  const dispatcher = new Agent({ connections, pipelining: 1, connect: { ...agentTls } });
  let again = 0;
  const isTaken = async (body: string): Promise<boolean> => {
    try {
      const headers = { "content-type": "application/json" };
      const answer = await request(`${url}/v1/taps`, { dispatcher, method: "POST", headers, body });
      await answer.body.dump();
      return answer.statusCode === 202;
    } catch {
      return false;
    }
  };
  const post = async (payload: Buffer, at: number, dueAt: number): Promise<number> => {
    const readAtEpochMs = Date.now();
    const tap = {
      epoch: 1,
      seq: from + at + 1,
      readAtEpochMs,
      reader: "reader-1",
      payload: payload.toString("base64"),
    };
    const body = JSON.stringify(tap);
    while (!(await isTaken(body))) {
      again++;
      if (performance.now() - dueAt > giveUpAfterMs) throw new Error("a tap was not accepted within 60 s");
      await sleep(againAfterMs);
    }
    return performance.now() - dueAt;
  };
  const beginAt = performance.now();
  const posts: Promise<number>[] = [];
  try {
    for (const [at, payload] of payloads.entries()) {
      const dueAt = beginAt + (at * 1000) / perSecond;
      await sleep(Math.max(0, dueAt - performance.now()));
      if (isOver()) break;
      const posted = post(payload, at, dueAt);
      // Looked at below, when all are on their way: until then nobody else hears of one that fails.
      posted.catch(() => undefined);
      posts.push(posted);
    }
    return { acceptMs: await Promise.all(posts), again, posted: posts.length };
  } finally {
    await Promise.allSettled(posts);
    await dispatcher.close();
  }
}
