import type { BenchOptions } from "../bench.ts";
import { startInstallation } from "../installation/index.ts";
import { makeLoad } from "../load/taps.ts";
import { figure, type Outcome, type Row } from "../report.ts";
import { type Cost, costOf, type Way } from "./cost.ts";
import { idleStreams } from "./idle-streams.ts";

/** Each service in a process of its own, as on a cluster. */
const workers = [
  ...["ingest", "buffer", "validation", "encryption", "transfer"],
  ...["audit", "kpi", "alerts", "telemetry", "balance"],
] as const;

const ways: Readonly<Record<Way, string>> = {
  stream: "signed taps by one agent's stream, segments full",
  post: "signed taps, one per POST, 50 clients",
  lone: "20 signed taps/s, one per POST, most of them alone in their segment",
};

/**
 * What a tap costs each part of an installation: the figures that docs/scale.md plans with. They have no baseline and no aim: a plan
 * wants what is, on the machine that it names.
 */
export async function scaleBench({ quick, say, wants }: BenchOptions): Promise<Outcome> {
  const faults: string[] = [];
  const rows: Row[] = [];
  for (const way of Object.keys(ways) as Way[]) {
    if (!wants(`cost-${way}`)) continue;
    const costs: Cost[] = [];
    for (let round = 1; round <= (quick ? 1 : 3); round++) {
      say(`round ${round}: ${ways[way]}`);
      const load = makeLoad(tapsOf(way, quick), true);
      const installation = await startInstallation({ trackers: load.trackers, unsigned: "refuse", workers });
      try {
        costs.push(await costOf(installation, load, way, faults));
      } finally {
        await installation.stop();
      }
    }
    rows.push(...rowsOf(way, costs));
  }
  if (wants("idle-stream")) rows.push(...(await streamRows({ quick, say })));
  return { rows, faults };
}

/** What agents cost that are there and bring nothing. */
async function streamRows({ quick, say }: Pick<BenchOptions, "quick" | "say">): Promise<Row[]> {
  const count = quick ? 1_000 : 3_000;
  say(`${count} agents open a stream each, and say nothing`);
  const installation = await startInstallation({ trackers: [], unsigned: "refuse", workers });
  try {
    const cost = await idleStreams(installation, { count, idleS: quick ? 15 : 60 });
    const note = `${count} streams, each of an agent of its own, TLS 1.3`;
    const row = (name: string, unit: string, value: number): Row =>
      figure(`idle-stream-${name}`, unit, [value], { note });
    return [
      row("door-memory", "kB", cost.residentKb),
      row("redis-memory", "kB", cost.redisKb),
      row("opening", "CPU ms of the door", cost.openingMs),
      row("cpu", "cores per 1,000 streams, door and Redis", cost.coresPer1000),
    ];
  } finally {
    await installation.stop();
  }
}

function tapsOf(way: Way, quick: boolean): number {
  const taps = { stream: 60_000, post: 20_000, lone: 1_200 }[way];
  return quick ? taps / 10 : taps;
}

function rowsOf(way: Way, costs: readonly Cost[]): Row[] {
  const row = (name: string, unit: string, of: (cost: Cost) => number, note: string = ways[way]): Row =>
    figure(`cost-${way}-${name}`, unit, costs.map(of), { note });
  const parts = Object.keys(costs[0]?.cpuUs ?? {});
  const all = (cost: Cost): number => Object.values(cost.cpuUs).reduce((sum, us) => sum + us, 0);
  return [
    row("cpu", "CPU µs/tap", all, `${ways[way]}; all serving processes`),
    ...parts.map((part) => row(`cpu-${part}`, "CPU µs/tap", (cost) => cost.cpuUs[part] ?? 0)),
    row("idle", "cores", (cost) => cost.idleCores, "all serving processes while no tap comes"),
    row("taps-per-segment", "taps", (cost) => cost.tapsPerSegment),
    row("redis-commands", "commands/tap", (cost) => cost.redisCommands, "those within scripts included"),
    row("redis-in", "bytes/tap", (cost) => cost.redisInBytes, "what Redis read from the network"),
    row("redis-out", "bytes/tap", (cost) => cost.redisOutBytes, "what Redis wrote to the network"),
    row("postgres", "bytes/tap", (cost) => cost.postgresBytes, "growth of the database, indexes included"),
    row("wal", "bytes/tap", (cost) => cost.walBytes, "what PostgreSQL wrote ahead"),
    row("archive", "bytes/tap", (cost) => cost.archiveBytes, "objects, manifests and signatures"),
  ];
}
