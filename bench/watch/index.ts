import type { BenchOptions } from "../bench.ts";
import { compare, figure, type Outcome, type Row } from "../report.ts";
import { fanOut } from "./fan-out.ts";
import { kpiCostPercent } from "./kpi-cost.ts";
import { rulesPerCpuS } from "./rules-per-second.ts";

/** What the watch costs, and how fast it is. */
export async function watchBench(options: BenchOptions): Promise<Outcome> {
  const faults: string[] = [];
  const rows: Row[] = [];
  const { wants } = options;
  if (wants("rules-per-second")) rows.push(rules(options, faults));
  if (wants("kpi-cost")) rows.push(await kpiCost(options, faults));
  if (wants("fanout-p99-vs-ws", "fanout-cpu-vs-ws")) rows.push(...(await fanOuts(options, faults)));
  return { rows, faults };
}

function rules({ quick, say }: BenchOptions, faults: string[]): Row {
  const rounds = quick ? 3 : 30;
  say(`${rounds} rounds of 1,000 rules on each of 500 sites`);
  const perCpuS = Array.from({ length: quick ? 1 : 3 }, () => rulesPerCpuS(rounds, faults));
  return figure("rules-per-second", "rules/CPU-s", perCpuS, {
    note: "one rule evaluated by one sample; 1,000 rules × 500 sites, each KPI of each site with a new value",
  });
}

async function kpiCost({ quick, say }: BenchOptions, faults: string[]): Promise<Row> {
  const taps = quick ? 6_000 : 60_000;
  const percent: number[] = [];
  for (let round = 1; round <= (quick ? 1 : 3); round++) {
    say(`round ${round}: ${taps} taps by stream, with profiles of the workers`);
    percent.push(await kpiCostPercent(taps, faults));
  }
  return figure("kpi-cost", "%", percent, {
    aim: "≤ 2",
    note: "of the CPU per tap of all serving processes: counting, reporting, and the kpi service's own process",
  });
}

async function fanOuts({ quick, say }: BenchOptions, faults: string[]): Promise<Row[]> {
  const load = quick ? { clients: 100, updates: 60, rounds: 1 } : { clients: 1_000, updates: 200, rounds: 3 };
  const { ours, bare } = await fanOut(load, faults, say);
  const watched = `${load.clients} consoles, 20 updates/s`;
  return [
    compare("fanout-p99-vs-ws", "ms", ours.p99Ms, bare.p99Ms, {
      aim: "≤ 2",
      note: `${watched}: from the entry in Redis to the client; baseline: ws, from its send`,
    }),
    compare("fanout-cpu-vs-ws", "CPU-s", ours.cpuS, bare.cpuS, {
      aim: "≤ 2",
      note: `${watched}: the console's server and Redis; baseline: ws, the same bytes`,
    }),
  ];
}
