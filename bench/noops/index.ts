import type { BenchOptions } from "../bench.ts";
import { figure, median, type Outcome, quantile, type Row } from "../report.ts";
import { decisions } from "./decision.ts";
import { type Recovery, recoveries } from "./recovery.ts";
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
    say("npm start, a process of each service killed in turn");
    rows.push(...recoveryRows(await recoveries({ rounds: quick ? 1 : 3, say }, faults)));
  }
  return { rows, faults };
}

/** All kills together, then each service by itself. */
function recoveryRows(found: readonly Recovery[]): Row[] {
  if (found.length === 0) return [];
  const rowOf = (row: string, some: readonly Recovery[], more: Pick<Row, "aim" | "note">): Row =>
    figure(row, "ms", [quantile(took(some), 0.99)], { ...more, note: `${more.note}; ${partsOf(some)}` });
  const all = rowOf("recovery-p99", found, {
    aim: "≤ 2000",
    note: "from kill -9 of a process of each service until its successor is ready",
  });
  const byService = Map.groupBy(found, ({ service }) => service);
  const each = [...byService].map(([service, some]) =>
    rowOf(`recovery-p99-${service}`, some, { note: `of ${some.length}` }),
  );
  return [all, ...each];
}

const took = (some: readonly Recovery[]): number[] => some.map(({ tookMs }) => tookMs);

/** What the time went to, by medians. */
function partsOf(some: readonly Recovery[]): string {
  const ms = (part: (recovery: Recovery) => number): number => Math.round(median(some.map(part)));
  return [
    `p50 ${ms(({ tookMs }) => tookMs)}`,
    `until begun anew ${ms(({ begunMs }) => begunMs)}`,
    `modules of every worker ${ms(({ loadedMs }) => loadedMs)}`,
    `its service's and connections ${ms(({ openedMs }) => openedMs)}`,
  ].join(", ");
}
