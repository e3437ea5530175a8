import type { BenchOptions } from "../bench.ts";
import { compare, figure, median, type Outcome, type Row } from "../report.ts";
import { breachToPaint } from "./breach-to-paint.ts";
import { breachToWebhook } from "./breach-to-webhook.ts";
import { fanOut } from "./fan-out.ts";
import { kpiCost } from "./kpi-cost.ts";
import { rulesPerCpuS } from "./rules-per-second.ts";

/** What the watch costs, and how fast it is. */
export async function watchBench(options: BenchOptions): Promise<Outcome> {
  const faults: string[] = [];
  const rows: Row[] = [];
  const { wants } = options;
  if (wants("breach-to-paint-vs-echo", "breach-to-paint-p99")) rows.push(...(await paints(options, faults)));
  if (wants("webhook-p99")) rows.push(await webhook(options, faults));
  if (wants("rules-per-second")) rows.push(rules(options, faults));
  if (wants("kpi-cost")) rows.push(await kpiCosts(options, faults));
  if (wants("fanout-p99-vs-ws", "fanout-cpu-vs-ws")) rows.push(...(await fanOuts(options, faults)));
  return { rows, faults };
}

async function paints({ quick, chromium, say }: BenchOptions, faults: string[]): Promise<Row[]> {
  if (chromium === undefined) {
    faults.push("Chromium is missing: nothing was painted");
    return [];
  }
  const load = quick ? { breaches: 40, rounds: 1 } : { breaches: 200, rounds: 3 };
  const { ours, echo } = await breachToPaint(chromium, load, faults, say);
  const p99 = `p99 ${rounded(median(ours.p99Ms))} and ${rounded(median(echo.p99Ms))} ms`;
  return [
    compare("breach-to-paint-vs-echo", "ms", ours.p50Ms, echo.p50Ms, {
      aim: "≤ 3",
      note: `p50 (${p99}), from telemetry in Redis to the end of the frame with the row; baseline: ws, from its send, in the same browser`,
    }),
    figure("breach-to-paint-p99", "ms", ours.p99Ms, {
      aim: "≤ 50",
      note: "to the end of the main thread's work on the frame: what the compositor adds is in neither",
    }),
  ];
}

const rounded = (ms: number): number => Number(ms.toPrecision(3));

async function webhook({ quick, say }: BenchOptions, faults: string[]): Promise<Row> {
  const p99Ms = await breachToWebhook(
    quick ? { breaches: 40, rounds: 1 } : { breaches: 200, rounds: 3 },
    faults,
    say,
  );
  return figure("webhook-p99", "ms", p99Ms, {
    note: "from telemetry in Redis to the request's arrival on loopback, by outbox and queue",
  });
}

function rules({ quick, say }: BenchOptions, faults: string[]): Row {
  const rounds = quick ? 3 : 30;
  say(`${rounds} rounds of 1,000 rules on each of 500 sites`);
  const perCpuS = Array.from({ length: quick ? 1 : 3 }, () => rulesPerCpuS(rounds, faults));
  return figure("rules-per-second", "rules/CPU-s", perCpuS, {
    note: "one rule evaluated by one sample; 1,000 rules × 500 sites, each KPI of each site with a new value",
  });
}

async function kpiCosts({ quick, say }: BenchOptions, faults: string[]): Promise<Row> {
  const load = quick
    ? { taps: 12_000, warmUpTaps: 6_000, idleMs: 5_000 }
    : { taps: 60_000, warmUpTaps: 20_000, idleMs: 20_000 };
  const percent: number[] = [];
  const rates: number[] = [];
  for (let round = 1; round <= (quick ? 1 : 3); round++) {
    say(`round ${round}: ${load.taps} taps by stream, with profiles of the workers`);
    const { allS, countingS, kpiS, tapsPerS } = await kpiCost(load, faults);
    const [counting, kpi] = [countingS, kpiS].map((s) => (100 * s) / allS);
    say(`counting and reporting ${rounded(counting ?? 0)} %, the kpi service ${rounded(kpi ?? 0)} %`);
    percent.push((100 * (countingS + kpiS)) / allS);
    rates.push(tapsPerS);
  }
  return figure("kpi-cost", "%", percent, {
    aim: "≤ 2",
    note: `of the CPU per tap of all serving processes, once warm, at ${Math.round(median(rates))} taps/s: counting, reporting, and the kpi service's process, beyond what they take without taps`,
  });
}

async function fanOuts({ quick, say }: BenchOptions, faults: string[]): Promise<Row[]> {
  const load = quick ? { clients: 100, updates: 60, rounds: 1 } : { clients: 1_000, updates: 200, rounds: 3 };
  const { ours, bare } = await fanOut(load, faults, say);
  const watched = `${load.clients} consoles, 20 updates/s, of which they were shown ${rounded(100 * median(ours.shown))} %`;
  return [
    compare("fanout-p99-vs-ws", "ms", ours.p99Ms, bare.p99Ms, {
      aim: "≤ 2",
      note: `${watched}: from the entry in Redis until it, or a newer one, is with the client; baseline: ws, from its send`,
    }),
    compare("fanout-cpu-vs-ws", "CPU-ms/update", ours.cpuMs, bare.cpuMs, {
      aim: "≤ 2",
      note: `${watched}: the console's server and Redis, for each that was shown; baseline: ws, the same bytes`,
    }),
  ];
}
