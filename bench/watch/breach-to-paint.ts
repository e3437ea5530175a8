import { setTimeout as sleep } from "node:timers/promises";
import { quantile } from "../report.ts";
import { startConsole } from "../site/start-console.ts";
import { startStores } from "../site/start-stores.ts";
import { startEcho } from "./echo-server.ts";
import { type PaintedPage, startPainting } from "./painting.ts";
import { inTurn, startBreaches } from "./start-breaches.ts";

export type PaintTimes = { readonly p50Ms: number[]; readonly p99Ms: number[] };
export type PaintLoad = { readonly breaches: number; readonly rounds: number };

/** So many come before each round, and count for nothing: whatever ran before has its caches warm by then. */
const unmeasured = 20;
/** What is on its way when the last one has left gets so long to be painted. */
const lingerMs = 3_000;

/**
 * From the telemetry in which a limit is breached, handed to Redis, to the frame of the console's page of alerts that shows its row; and
 * from a message handed to a WebSocket to the frame of a bare page that shows it. In turn, in one browser, by one clock.
 */
export async function breachToPaint(
  chromium: string,
  load: PaintLoad,
  faults: string[],
  say: (line: string) => void,
): Promise<{ ours: PaintTimes; echo: PaintTimes }> {
  const ours: PaintTimes = { p50Ms: [], p99Ms: [] };
  const bare: PaintTimes = { p50Ms: [], p99Ms: [] };
  await using ending = new AsyncDisposableStack();
  const stores = await startStores();
  ending.defer(stores.stop);
  const console = await startConsole(stores);
  ending.defer(console.stop);
  const breaches = await startBreaches(stores, null);
  ending.defer(breaches.stop);
  const echo = await startEcho();
  ending.defer(echo.stop);
  const painting = await startPainting(chromium);
  ending.defer(painting.close);
  const alertsPage = await painting.open(`${console.origin}/alerts`, await console.signIn());
  const echoPage = await painting.open(echo.origin);
  const begun: string[] = [];
  for (let round = 1; round <= load.rounds; round++) {
    say(`round ${round}: ${load.breaches} breaches, and as many messages by a bare server`);
    const agents = Array.from({ length: unmeasured + load.breaches }, (_, i) => `gym-${round}-${i}`);
    await alertsPage.show("Live");
    note(ours, await breaches.breachAll(agents), await paintedOf(alertsPage, "the console", agents, faults));
    begun.push(...agents);
    await echoPage.show();
    const sent = await inTurn(agents, (agent) => echo.send(`Agent ${agent} says something`));
    note(bare, sent, await paintedOf(echoPage, "the bare page", agents, faults));
  }
  const recorded = await breaches.recorded();
  if (recorded.toSorted().join() !== begun.toSorted().join())
    faults.push(`${recorded.length} alerts are recorded of ${begun.length} breaches`);
  return { ours, echo: bare };
}

/** When each agent's row was painted; what was not painted once is a fault. */
async function paintedOf(
  page: PaintedPage,
  who: string,
  agents: readonly string[],
  faults: string[],
): Promise<ReadonlyMap<string, number>> {
  await sleep(lingerMs);
  const painted = await page.painted();
  const doubled = painted.filter(({ rows }) => rows !== 1).length;
  if (painted.length !== agents.length || doubled > 0)
    faults.push(
      `${who} painted ${painted.length} of ${agents.length} rows, ${doubled} of them more than once`,
    );
  return new Map(painted.map(({ agent, atMs }) => [agent, atMs]));
}

function note(
  times: PaintTimes,
  begun: ReadonlyMap<string, number>,
  painted: ReadonlyMap<string, number>,
): void {
  const tookMs = [...begun]
    .slice(unmeasured)
    .map(([agent, atMs]) => (painted.get(agent) ?? Number.NaN) - atMs)
    .filter((ms) => !Number.isNaN(ms));
  times.p50Ms.push(quantile(tookMs, 0.5));
  times.p99Ms.push(quantile(tookMs, 0.99));
}
