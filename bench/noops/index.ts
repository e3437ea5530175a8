import type { BenchOptions } from "../bench.ts";
import { figure, type Outcome, quantile, type Row } from "../report.ts";
import { decisions } from "./decision.ts";
import { processRecoveries } from "./process-recovery.ts";
import { recoveryRows } from "./recovery-rows.ts";
import { replays } from "./replay.ts";
import { rollBacks } from "./roll-back.ts";
import { rollBackRows } from "./roll-back-rows.ts";
import { scalerAnswers } from "./scaler-answers.ts";
import { spareRecoveries } from "./spare-recovery.ts";

/** How well the installation looks after itself: replicas for load, and how fast it tells and does what is needed. */
export async function noopsBench(options: BenchOptions): Promise<Outcome> {
  const faults: string[] = [];
  const rows: Row[] = [];
  const { wants, quick, say } = options;
  if (wants("violation-minutes-vs-hpa", "replica-hours-vs-hpa", "forecast-mase"))
    rows.push(...replays(options, faults));
  if (wants("scaler-answers")) {
    say("a worker that balances, asked as KEDA asks");
    const load = quick ? { rounds: 1, asks: 3_000 } : { rounds: 3, asks: 30_000 };
    rows.push(
      figure("scaler-answers", "answers/s", await scalerAnswers(load, faults), {
        note: "GetMetrics by gRPC over TLS 1.3, 8 clients with 16 under way each",
      }),
    );
  }
  if (wants("decision-p99")) {
    say("npm start, a rule without a delay of its own breached again and again");
    const tookMs = await decisions({ rounds: quick ? 3 : 30, say }, faults);
    if (tookMs.length > 0)
      rows.push(
        figure("decision-p99", "ms", [quantile(tookMs, 0.99)], {
          note: "from the breach of a rule without a delay until NoOps has acted",
        }),
      );
  }
  if (wants("recovery-p99")) {
    say("npm start with its console, each of its processes killed in turn");
    const found = await processRecoveries({ rounds: quick ? 3 : 10, say }, faults);
    const what = "from kill -9 of a process, as npm start has it, until who uses it has an answer again";
    rows.push(...recoveryRows("recovery-p99", found, { aim: "≤ 2000", what }));
  }
  if (wants("recovery-p99-spare")) {
    say("npm start, a second process of each service killed in turn");
    const found = await spareRecoveries({ rounds: quick ? 1 : 3, say }, faults);
    const what =
      "from kill -9 of a second process, of one service alone, until its successor is ready; the service was not away";
    rows.push(...recoveryRows("recovery-p99-spare", found, { what }));
  }
  if (wants("rollback-p99")) {
    say("npm start, a release rolled back again and again by the command that people type");
    rows.push(...rollBackRows(await rollBacks({ rounds: quick ? 1 : 10, say }, faults)));
  }
  return { rows, faults };
}
