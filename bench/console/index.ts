import type { Browser } from "playwright-core";
import type { BenchOptions } from "../bench.ts";
import { compare, figure, type Outcome, quantile, type Row } from "../report.ts";
import { inFreshContext, startBrowser } from "../site/browsing.ts";
import { whilePublishing } from "../site/publish-pictures.ts";
import { startConsole } from "../site/start-console.ts";
import { startStores } from "../site/start-stores.ts";
import { shownQueue, startBullBoard } from "./bull-board.ts";
import { eventToPaint } from "./event-to-paint.ts";
import { firstLoad } from "./first-load.ts";
import { memoryGrowth } from "./memory-growth.ts";
import { fillAuditLog, type Scrolled, scrollAuditLog } from "./scroll-frames.ts";
import { type Vitals, vitalsOf } from "./vitals.ts";

type Site = {
  readonly browser: Browser;
  readonly origin: string;
  readonly cookie: string;
  readonly redisUrl: string;
  readonly options: BenchOptions;
  readonly faults: string[];
  readonly rounds: number;
};

const hourMs = 3_600_000;
const auditEntries = 10_000;

/** What the console costs a browser, and how soon it shows what happens. */
export async function consoleBench(options: BenchOptions): Promise<Outcome> {
  const faults: string[] = [];
  const { wants, chromium, quick } = options;
  if (chromium === undefined) return { rows: [], faults: ["Chromium is missing: nothing was shown"] };
  await using ending = new AsyncDisposableStack();
  const stores = await startStores();
  ending.defer(stores.stop);
  const console = await startConsole(stores);
  ending.defer(console.stop);
  const browser = await startBrowser(chromium);
  ending.defer(() => browser.close());
  const site: Site = {
    ...{ browser, origin: console.origin, redisUrl: stores.redisUrl, options, faults },
    ...{ cookie: await console.signIn(), rounds: quick ? 1 : 3 },
  };
  const rows: Row[] = [];
  if (wants("first-load-js-vs-bull-board")) rows.push(await firstLoads(site));
  if (wants("lcp", "inp", "cls")) rows.push(...(await vitals(site)));
  if (wants("event-to-paint-p99")) rows.push(await paints(site));
  if (wants("audit-scroll-fps")) rows.push(await scrolling(site, stores.databaseUrl));
  if (wants("memory-growth")) rows.push(await growth(site));
  return { rows, faults };
}

async function firstLoads({ browser, origin, cookie, redisUrl, rounds, options }: Site): Promise<Row> {
  const board = await startBullBoard(redisUrl);
  const [ours, baseline]: [number[], number[]] = [[], []];
  let scripts = 0;
  try {
    for (let round = 1; round <= rounds; round++) {
      options.say(`round ${round}: first loads of the Overview and of bull-board`);
      const loaded = await whilePublishing(redisUrl, { stream: `load-${round}`, perSecond: 2 }, () =>
        inFreshContext(browser, { origin, cookie }, (page) => firstLoad(page, origin, "Backlog")),
      );
      scripts = loaded.scripts;
      ours.push(loaded.gzipKiB);
      const boards = await inFreshContext(browser, { origin: board.origin }, (page) =>
        firstLoad(page, board.origin, shownQueue),
      );
      baseline.push(boards.gzipKiB);
    }
  } finally {
    await board.stop();
  }
  return compare("first-load-js-vs-bull-board", "KiB", ours, baseline, {
    aim: "≤ 1",
    note: `scripts that the first page runs, by one gzip; ours ${scripts} files, at 1440 × 900; baseline: bull-board with one queue`,
  });
}

async function vitals({ browser, origin, cookie, redisUrl, rounds, options, faults }: Site): Promise<Row[]> {
  const all: Vitals[] = [];
  for (let round = 1; round <= rounds; round++) {
    options.say(`round ${round}: a first visit on a CPU that is slowed four times`);
    all.push(
      await whilePublishing(redisUrl, { stream: `vitals-${round}`, perSecond: 2 }, () =>
        vitalsOf(browser, { origin, cookie }, faults),
      ),
    );
  }
  const note = "Overview, empty cache, CPU slowed four times, two pictures a second";
  return [
    figure(
      "lcp",
      "ms",
      all.map(({ lcpMs }) => lcpMs),
      { aim: "≤ 1500", note },
    ),
    figure(
      "inp",
      "ms",
      all.map(({ inpMs }) => inpMs),
      {
        ...{ aim: "≤ 100", note: "the slowest of some 20 keys: help, themes, three pages, lists" },
      },
    ),
    figure(
      "cls",
      "",
      all.map(({ cls }) => cls),
      { aim: "≤ 0.02", note: "from the first frame to the last key" },
    ),
  ];
}

async function paints({ browser, origin, cookie, redisUrl, rounds, options, faults }: Site): Promise<Row> {
  const updates = options.quick ? 60 : 300;
  const p99Ms: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    options.say(`round ${round}: ${updates} pictures`);
    const took = await eventToPaint(
      browser,
      { origin, cookie, redisUrl },
      { stream: `paint-${round}`, updates },
      faults,
    );
    p99Ms.push(quantile(took, 0.99));
  }
  return figure("event-to-paint-p99", "ms", p99Ms, {
    note: "from the live picture in Redis to the end of the main thread's work on the Overview's frame",
  });
}

async function scrolling(
  { browser, origin, cookie, rounds, options }: Site,
  databaseUrl: string,
): Promise<Row> {
  await fillAuditLog(databaseUrl, auditEntries);
  const all: Scrolled[] = [];
  for (let round = 1; round <= rounds; round++) {
    options.say(`round ${round}: ${auditEntries} audit entries scrolled through`);
    all.push(await scrollAuditLog(browser, { origin, cookie }));
  }
  const p99Ms = Math.max(...all.map(({ p99Ms }) => p99Ms));
  const moved = Math.min(...all.map(({ movedRatio }) => movedRatio));
  return figure(
    "audit-scroll-fps",
    "frames/s",
    all.map(({ framesPerSecond }) => framesPerSecond),
    {
      aim: "≥ 50",
      note: `${auditEntries} entries, 400 px a frame, pages loaded on the way; p99 of a frame at most ${Math.round(p99Ms)} ms; it moved in ${Math.round(moved * 100)} % of frames`,
    },
  );
}

async function growth({ browser, origin, cookie, redisUrl, options, faults }: Site): Promise<Row> {
  const forMs = options.quick ? hourMs / 10 : hourMs;
  options.say(`an Overview left open for ${forMs / 60_000} minutes of 20 pictures a second`);
  const { early, late, shown } = await whilePublishing(redisUrl, { stream: "growth", perSecond: 20 }, () =>
    memoryGrowth(browser, { origin, cookie }, { forMs }),
  );
  if (shown < (forMs / 1_000) * 20 * 0.9) faults.push(`the Overview had come to picture ${shown} alone`);
  return compare("memory-growth", "MiB", [late.heapMiB], [early.heapMiB], {
    aim: "≤ 1.05",
    note: `JavaScript's heap after garbage was collected, in the end and (baseline) after a tenth; elements ${early.nodes} → ${late.nodes}, listeners ${early.listeners} → ${late.listeners}`,
  });
}
