import type { BenchOptions } from "../bench.ts";
import { figure, type Outcome, type Row } from "../report.ts";
import { replays } from "./replay.ts";
import { scalerAnswers } from "./scaler-answers.ts";

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
  return { rows, faults };
}
