import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { quantile } from "../report.ts";
import { nowMs } from "../site/now-ms.ts";
import { startStores } from "../site/start-stores.ts";
import { startBreaches } from "./start-breaches.ts";

const unmeasured = 20;
const lingerMs = 3_000;

/**
 * From the telemetry in which a limit is breached, handed to Redis, to the webhook's arrival at a receiver that takes it at once.
 * @returns p99 of each round, ms
 */
export async function breachToWebhook(
  load: { readonly breaches: number; readonly rounds: number },
  faults: string[],
  say: (line: string) => void,
): Promise<number[]> {
  const p99Ms: number[] = [];
  await using ending = new AsyncDisposableStack();
  const receiver = await startReceiver();
  ending.defer(receiver.stop);
  const stores = await startStores();
  ending.defer(stores.stop);
  const breaches = await startBreaches(stores, receiver.url);
  ending.defer(breaches.stop);
  for (let round = 1; round <= load.rounds; round++) {
    say(`round ${round}: ${load.breaches} breaches, told by webhook`);
    const agents = Array.from({ length: unmeasured + load.breaches }, (_, i) => `gym-${round}-${i}`);
    const begun = await breaches.breachAll(agents);
    await sleep(lingerMs);
    const arrived = receiver.arrived();
    const tookMs = arrived.map(({ agent, atMs }) => atMs - (begun.get(agent) ?? Number.NaN));
    const told = arrived.map(({ agent }) => agent).toSorted();
    if (told.join() !== agents.toSorted().join())
      faults.push(`${told.length} webhooks came of ${agents.length} breaches, or not one of each`);
    p99Ms.push(quantile(tookMs.slice(unmeasured), 0.99));
  }
  return p99Ms;
}

type Arrived = { readonly agent: string; readonly atMs: number };

/** A receiver of webhooks on loopback. */
async function startReceiver() {
  const arrived: Arrived[] = [];
  const server = createServer((request, response) => {
    const atMs = nowMs();
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      response.writeHead(204).end();
      const { data } = JSON.parse(Buffer.concat(chunks).toString()) as { data: { scope: { agent: string } } };
      arrived.push({ agent: data.scope.agent, atMs });
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/alerts`,
    /** What came since it was asked last. */
    arrived: () => arrived.splice(0),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
