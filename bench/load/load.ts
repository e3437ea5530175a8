import { randomInt } from "node:crypto";
import { Agent, request } from "undici";
import { ofType } from "../child.ts";

/** What the load generator is asked to do; payloads are base64. */
export type LoadOrder = {
  readonly type: "load";
  readonly url: string;
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string };
  readonly clients: number;
  readonly payloads: readonly string[];
};

export type LoadResult = {
  readonly type: "loaded";
  readonly wallS: number;
  readonly acceptMs: readonly number[];
  readonly statuses: Readonly<Record<string, number>>;
};

/** A process of its own, so that its CPU does not count as the server's: posts one tap per request. */
process.on("message", (message) => {
  if (ofType("load")(message))
    void run(message as unknown as LoadOrder).then((result) => process.send?.(result));
});
process.on("disconnect", () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));
process.send?.({ type: "ready" });

async function run(order: LoadOrder): Promise<LoadResult> {
  const dispatcher = new Agent({ connections: order.clients, pipelining: 1, connect: order.tls });
  const epoch = randomInt(1, 2 ** 40);
  const acceptMs: number[] = [];
  const statuses: Record<string, number> = {};
  let next = 0;
  const client = async (): Promise<void> => {
    for (let at = next++; at < order.payloads.length; at = next++) {
      const body = JSON.stringify({
        epoch,
        seq: at + 1,
        readAtEpochMs: Date.now(),
        reader: `reader-${at % 4}`,
        payload: order.payloads[at],
      });
      const startedAt = performance.now();
      const answer = await request(`${order.url}/v1/taps`, {
        dispatcher,
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      });
      await answer.body.dump();
      acceptMs.push(performance.now() - startedAt);
      statuses[answer.statusCode] = (statuses[answer.statusCode] ?? 0) + 1;
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: order.clients }, client));
  const wallS = (performance.now() - startedAt) / 1000;
  await dispatcher.close();
  return { type: "loaded", wallS, acceptMs, statuses };
}
