import { open, writeFile } from "node:fs/promises";
import {
  type Comparison,
  compareScalers,
  type LoadTrace,
  makeTrace,
  measuredServices,
  parseTrace,
  splitTrace,
  traceParametersSchema,
} from "@tapline/core/balance";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import { parseNoopsRules, ruledScaler } from "@tapline/core/noops";
import { z } from "zod";
import { table } from "./columns.ts";
import { readGivenText } from "./read-given.ts";
import { readYaml } from "./read-yaml.ts";
import { plotSvg } from "./simulate-plot.ts";

interface Options {
  readonly trace: string;
  readonly rules?: string;
  readonly learnDays?: number;
  readonly fixed?: number;
  readonly seed: number;
  readonly json?: boolean;
  readonly plot?: string;
}

const dayMs = 86_400_000;
/** Forecasts need days and a week of them; of a longer trace so much is known beforehand. */
const usualLearnDays = 14;

/** Runs a trace of load through the services under balance, under the Horizontal Pod Autoscaler and under a fixed size, and says what each came to. */
export async function simulate({ trace, rules, learnDays, fixed, seed, json, plot }: Options): Promise<void> {
  if (plot !== undefined) await requirePlot(plot);
  const read = await readTrace(trace);
  const days = (read.perSecond.length * read.stepMs) / dayMs;
  const learned = learnDays ?? (days > usualLearnDays ? usualLearnDays : 0);
  if (learned >= days)
    throw new TaplineError(
      "invalid-input",
      `the trace has ${Number(days.toPrecision(3))} days: nothing is left to run`,
      {
        remedy: `leave some behind those that are learnt from: --learn-days below ${Math.floor(days)}`,
      },
    );
  const parts = splitTrace(read, learned);
  const ruleSet = rules === undefined ? null : parseNoopsRules(await readYaml(rules));
  const comparisons = measuredServices.map((service) => {
    const more = ruleSet === null ? [] : [ruledScaler(service, parts.past, ruleSet)];
    return compareScalers(service, parts, { seed, fixed: fixed ?? null, more });
  });
  if (plot !== undefined) await writeFile(plot, plotSvg(comparisons));
  process.stdout.write(
    json === true
      ? `${JSON.stringify({ services: comparisons.map(summaryOf) })}\n`
      : `${spanText(days - learned, learned)}\n${text(comparisons)}\n`,
  );
}

async function readTrace(file: string): Promise<LoadTrace> {
  if (file.endsWith(".csv")) return parseTrace(await readGivenText(file));
  const parsed = traceParametersSchema.safeParse(await readYaml(file));
  if (parsed.success) return makeTrace(parsed.data);
  throw new TaplineError("invalid-input", `${file} makes no trace: ${z.prettifyError(parsed.error)}`, {
    remedy: "see docs/operations.md for its form; a trace of its own is a .csv",
  });
}

/** A run takes a while: whether its picture can be kept is found before it. */
async function requirePlot(file: string): Promise<void> {
  if (!file.endsWith(".svg"))
    throw new TaplineError("invalid-input", `the plot is drawn as SVG, and ${file} is called otherwise`, {
      remedy: "call it FILE.svg; a browser shows it, and prints it as anything else",
    });
  try {
    await (await open(file, "a")).close();
  } catch (cause) {
    throw new TaplineError("invalid-input", `${file} cannot be written: ${messageOf(cause)}`, { cause });
  }
}

function spanText(runDays: number, learnedDays: number): string {
  const days = (count: number): string => `${Number(count.toPrecision(3))} ${count === 1 ? "day" : "days"}`;
  const before =
    learnedDays === 0 ? "with nothing known beforehand" : `learnt from the ${days(learnedDays)} before`;
  return `run: ${days(runDays)}, ${before}`;
}

function summaryOf({ service, results, forecastUse }: Comparison) {
  return {
    service,
    results: results.map(({ minutes, ...sums }) => ({ ...sums, minutes: minutes.length })),
    forecast: { steps: forecastUse.steps, mase: forecastUse.mase() },
  };
}

function text(comparisons: readonly Comparison[]): string {
  const heads = ["SERVICE", "UNDER", "TOO SLOW", "REPLICA-HOURS", "ACTS", "TURNS"];
  const rows = comparisons.flatMap(({ service, results }) =>
    results.map(({ scaler, violationMinutes, replicaHours, acts, reversals }) => [
      ...[service, scaler, `${violationMinutes} min`, replicaHours.toFixed(1), `${acts}`, `${reversals}`],
    ]),
  );
  const forecasts = comparisons.map(({ service, forecastUse }) => `${service}: ${useText(forecastUse)}`);
  return [table(heads, rows, "nothing was run"), "", ...forecasts, ...comparisons.flatMap(idleText)].join(
    "\n",
  );
}

/** Where nobody had to scale all are alike, whoever is better. */
function idleText({ service, results: [ours, hpa] }: Comparison): string[] {
  if (ours === undefined || hpa === undefined || ours.acts + hpa.acts > 0) return [];
  const replicas = Math.max(...ours.minutes.map((minute) => minute.replicas));
  return [
    `${service}: never needed more than the ${replicas} replicas that it begins with: nothing is compared`,
  ];
}

function useText(use: Comparison["forecastUse"]): string {
  if (use.steps === 0) return "no forecast was good enough to be used";
  const [used, error] = [`a forecast was used in ${use.steps} steps of 5 min`, use.mase()];
  return error === null
    ? `${used}, too few to say how well it did`
    : `${used}; up to 15 min ahead it erred by ${error.toFixed(2)} of what the same time a day or a week before would have, whichever is better`;
}
