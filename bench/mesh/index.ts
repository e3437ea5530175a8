import type { BenchOptions } from "../bench.ts";
import { startInstallation } from "../installation/index.ts";
import { type Measured, measureOurs, nothing, withInstallation } from "../load/measure.ts";
import { makeLoad } from "../load/taps.ts";
import { compare, figure, type Outcome, type Row } from "../report.ts";
import { footprint } from "./footprint.ts";
import { type Rolled, rollingRestart } from "./rolling.ts";
import { startTwelve, workerServices } from "./twelve.ts";

/** What twelve processes with mutual TLS cost against one without, what each needs, and what a rolling restart of them does to taps. */
export async function meshBench({ quick, wants, say }: BenchOptions): Promise<Outcome> {
  const faults: string[] = [];
  const rows: Row[] = [];
  if (wants("cpu-per-tap-vs-one-process", "taps-per-second"))
    rows.push(...(await cost({ rounds: quick ? 1 : 3, taps: quick ? 4_000 : 20_000, say }, faults)));
  if (wants("footprint")) rows.push(...(await footprint({ seconds: quick ? 10 : 60, say }, faults)));
  if (wants("rolling-restart-lost", "rolling-restart-p99-vs-quiet", "rolling-restart-sent-again")) {
    say("each of twelve processes is replaced while taps come");
    const rolled: Rolled[] = [];
    for (let round = 0; round < (quick ? 1 : 3); round++)
      rolled.push(
        await rollingRestart({ quietS: quick ? 15 : 60, rolls: workerServices.length + 1 }, faults),
      );
    rows.push(...rollingRows(rolled));
  }
  return { rows, faults };
}

async function cost(
  {
    rounds,
    taps,
    say,
  }: { readonly rounds: number; readonly taps: number; readonly say: (line: string) => void },
  faults: string[],
): Promise<Row[]> {
  const [one, twelve] = [nothing(), nothing()];
  const measureIn =
    (into: Measured, start: typeof startInstallation) =>
    async (load: ReturnType<typeof makeLoad>): Promise<void> =>
      await withInstallation(
        load,
        "refuse",
        faults,
        async (installation) => await measureOurs(installation, load, into),
        start,
      );
  const inOne = measureIn(one, (options) =>
    startInstallation({ ...options, workers: [workerServices.join(",")] }),
  );
  const inTwelve = measureIn(
    twelve,
    async ({ trackers, unsigned }) => (await startTwelve(trackers, unsigned)).installation,
  );
  for (let round = 1; round <= rounds; round++) {
    say(`round ${round} of ${rounds}: ${taps} signed taps through one process, and through twelve`);
    await inOne(makeLoad(taps, true));
    await inTwelve(makeLoad(taps, true));
  }
  const perTap = ({ tapsPerCpuS }: Measured): number[] => tapsPerCpuS.map((each) => 1_000 / each);
  return [
    compare("cpu-per-tap-vs-one-process", "CPU ms/tap", perTap(twelve), perTap(one), {
      aim: "≤ 1.6",
      note: "twelve processes, proxies and stores, mutual TLS; baseline: all roles in one process, no TLS to the stores",
    }),
    compare("taps-per-second", "taps/s", twelve.tapsPerS, one.tapsPerS, {
      note: "as fast as 50 clients can",
    }),
  ];
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
