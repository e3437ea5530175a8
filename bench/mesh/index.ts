import type { BenchOptions } from "../bench.ts";
import { compare, figure, type Outcome, type Row } from "../report.ts";
import { costRows } from "./cost.ts";
import { footprint } from "./footprint.ts";
import { type Rolled, rollingRestart } from "./rolling.ts";

const costNames = [
  ...["cpu-per-tap-vs-one-process", "cpu-per-tap-of-proxies", "cpu-per-streamed-tap-vs-one-process"],
  ...["idle-cores-vs-one-process", "taps-per-second"],
];

/** What twelve processes with mutual TLS cost against one without, what each needs, and what a rolling restart of them does to taps. */
export async function meshBench({ quick, wants, say }: BenchOptions): Promise<Outcome> {
  const faults: string[] = [];
  const rows: Row[] = [];
  if (wants(...costNames)) rows.push(...(await costRows({ quick, say }, faults)));
  if (wants("footprint")) rows.push(...(await footprint({ seconds: quick ? 10 : 60, say }, faults)));
  if (wants("rolling-restart-lost", "rolling-restart-p99-vs-quiet", "rolling-restart-sent-again")) {
    say("each of twelve processes is replaced while taps come");
    const rolled: Rolled[] = [];
    for (let round = 0; round < (quick ? 1 : 3); round++)
      rolled.push(await rollingRestart(quick ? 15 : 60, faults));
    rows.push(...rollingRows(rolled));
  }
  return { rows, faults };
}

function rollingRows(rolled: readonly Rolled[]): Row[] {
  const lost = rolled.reduce((sum, one) => sum + one.lost, 0);
  const again = rolled.map((one) => one.again);
  return [
    { row: "rolling-restart-lost", ours: lost, unit: "taps", aim: "0", note: "by the decrypted archive" },
    compare(
      "rolling-restart-p99-vs-quiet",
      "ms",
      rolled.map(({ rollingP99Ms }) => rollingP99Ms),
      rolled.map(({ quietP99Ms }) => quietP99Ms),
      { aim: "≤ 3", note: "50 taps/s, from when a tap is due until it is accepted, tries again and all" },
    ),
    figure("rolling-restart-sent-again", "posts", again, {
      note: "broken off, or answered otherwise; agents send them again, too",
    }),
  ];
}
