import { z } from "zod";
import { type Random, seededRandom, TaplineError } from "../../kernel/index.ts";

/** Load over time: arrivals per second, constant within each step. */
export type LoadTrace = { readonly stepMs: number; readonly perSecond: Float64Array };

const [minuteMs, hourMs, dayMs] = [60_000, 3_600_000, 86_400_000];
const traceStepMs = 10_000;

/** What load is made of, so that a file of a few lines says all of a trace. Times are those of a day of UTC that begins on a Monday. */
export const traceParametersSchema = z.strictObject({
  seed: z.int(),
  days: z.number().positive().max(60),
  /** At quiet times of a weekday. */
  basePerSecond: z.number().positive(),
  /** Hours of the day at which most comes, how wide they are, and how many times the base they add. */
  peaks: z.array(
    z.strictObject({
      hour: z.number().min(0).max(24),
      widthHours: z.number().positive(),
      height: z.number(),
    }),
  ),
  /** A Saturday's and a Sunday's load as a share of a weekday's. */
  weekend: z.number().min(0).default(1),
  /** By so much a week's load differs from the one before, as a share. */
  driftPerWeek: z.number().min(-0.9).max(5).default(0),
  /** Standard deviation of the load's logarithm around what the rest says; it wanders over about ten minutes. */
  noise: z.number().min(0).max(1).default(0.1),
  bursts: z
    .strictObject({ perDay: z.number().min(0), times: z.number().positive(), minutes: z.number().positive() })
    .default({ perDay: 0, times: 1, minutes: 1 }),
  /** Nothing arrives for so long; what was kept meanwhile comes within as long again. */
  outages: z
    .strictObject({ perWeek: z.number().min(0), minutes: z.number().positive() })
    .default({ perWeek: 0, minutes: 1 }),
});

export type TraceParameters = z.infer<typeof traceParametersSchema>;

/** The load that the parameters say; the same ones always say the same. */
export function makeTrace(parameters: TraceParameters): LoadTrace {
  const random = seededRandom(parameters.seed);
  const steps = Math.floor((parameters.days * dayMs) / traceStepMs);
  const perSecond = new Float64Array(steps);
  const memory = Math.exp(-traceStepMs / (10 * minuteMs));
  let wander = gauss(random);
  for (let step = 0; step < steps; step++) {
    wander = memory * wander + Math.sqrt(1 - memory ** 2) * gauss(random);
    perSecond[step] = seasonOf(parameters, step * traceStepMs) * Math.exp(parameters.noise * wander);
  }
  const { bursts, outages } = parameters;
  happen(random, steps, (bursts.perDay * traceStepMs) / dayMs, (step) => {
    const times = 1 + (bursts.times - 1) * (0.5 + random());
    const end = step + Math.round((bursts.minutes * minuteMs * (0.5 + random())) / traceStepMs);
    for (let i = step; i < Math.min(end, steps); i++) perSecond[i] = (perSecond[i] ?? 0) * times;
  });
  happen(random, steps, (outages.perWeek * traceStepMs) / (7 * dayMs), (step) => {
    const length = Math.max(1, Math.round((outages.minutes * minuteMs * (0.5 + random())) / traceStepMs));
    for (let i = step; i < Math.min(step + length, steps); i++) {
      const kept = perSecond[i] ?? 0;
      perSecond[i] = 0;
      if (i + length < steps) perSecond[i + length] = (perSecond[i + length] ?? 0) + kept;
    }
  });
  return { stepMs: traceStepMs, perSecond };
}

function seasonOf({ basePerSecond, peaks, weekend, driftPerWeek }: TraceParameters, atMs: number): number {
  const hour = (atMs % dayMs) / hourMs;
  const day = Math.floor(atMs / dayMs) % 7;
  const peak = peaks.reduce((sum, { hour: at, widthHours, height }) => {
    const away = Math.min(Math.abs(hour - at), 24 - Math.abs(hour - at));
    return sum + height * Math.exp(-((away / widthHours) ** 2));
  }, 1);
  return basePerSecond * peak * (day > 4 ? weekend : 1) * (1 + driftPerWeek) ** (atMs / (7 * dayMs));
}

/** Has something begin by chance, `chance` for each step. */
function happen(random: Random, steps: number, chance: number, begin: (step: number) => void): void {
  for (let step = 0; step < steps; step++) if (random() < chance) begin(step);
}

/** A number of the standard normal distribution (Box and Muller 1958). */
export function gauss(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** The means of a trace over steps of `stepMs`, the last of which ends with it, whatever its own steps are; a first piece that is shorter is left out. */
export function stepMeans({ stepMs: ownMs, perSecond }: LoadTrace, stepMs: number): Float64Array {
  const endMs = perSecond.length * ownMs;
  const count = Math.floor(endMs / stepMs);
  return Float64Array.from({ length: count }, (_, step) => {
    const fromMs = endMs - (count - step) * stepMs;
    const toMs = fromMs + stepMs;
    let sum = 0;
    for (let index = Math.floor(fromMs / ownMs); index * ownMs < toMs; index++)
      sum +=
        (perSecond[index] ?? 0) * (Math.min(toMs, (index + 1) * ownMs) - Math.max(fromMs, index * ownMs));
    return sum / stepMs;
  });
}

/** Most rows of a trace that is read. */
const mostRows = 5_000_000;

/**
 * Reads a trace: CSV of two columns, with or without a heading: when (seconds from the begin, or a time of ISO 8601), and arrivals per
 * second from then on; rows are equally far apart.
 * @throws TaplineError `invalid-input`, which names the line
 */
export function parseTrace(csv: string): LoadTrace {
  const rows = readRows(csv.split(/\r?\n/));
  const [first, second] = rows;
  if (first === undefined || second === undefined) throw wrong(1, "is missing: a trace has two at least");
  const stepMs = Math.round(second.atMs - first.atMs);
  for (const [index, { line, atMs }] of rows.entries())
    if (stepMs <= 0 || Math.abs(atMs - first.atMs - index * stepMs) > stepMs / 100)
      throw wrong(line, "is not one step behind the one before it");
  return { stepMs, perSecond: Float64Array.from(rows, ({ perSecond }) => perSecond) };
}

type TraceRow = { readonly line: number; readonly atMs: number; readonly perSecond: number };

function readRows(lines: readonly string[]): TraceRow[] {
  const rows: TraceRow[] = [];
  for (const [line, text] of lines.entries()) {
    if (text.trim() === "") continue;
    const [when = "", load = ""] = text.split(",").map((cell) => cell.trim());
    const atMs = /^[\d.]+$/.test(when) ? Number(when) * 1_000 : Date.parse(when);
    const perSecond = load === "" ? Number.NaN : Number(load);
    // What begins with no time on top is a heading.
    if (!Number.isFinite(atMs) && line === 0) continue;
    if (!Number.isFinite(atMs)) throw wrong(line, "begins with no time");
    if (!(perSecond >= 0 && Number.isFinite(perSecond))) throw wrong(line, "has no arrivals per second");
    if (rows.length >= mostRows) throw wrong(line, `is one of more than ${mostRows}`);
    rows.push({ line, atMs, perSecond });
  }
  return rows;
}

/** @param line of the file, 0 = the first */
function wrong(line: number, what: string): TaplineError {
  return new TaplineError("invalid-input", `line ${line + 1} of the trace ${what}`, {
    remedy: "write lines of <seconds or time>,<arrivals per second> in steps that are equally long",
  });
}
