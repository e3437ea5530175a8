import type { AlertCallLog, AlertCalls, LongStanding } from "@tapline/adapters/prisma/alerts";
import { alertHealth, healthTargets } from "@tapline/core/alerts";
import type { Clock } from "@tapline/core/kernel";
import type { AlarmHealth, HealthSpanMs } from "../../contracts/alert-health.ts";
import { fromPostgres } from "../from-stores.ts";

const periodMs = 600_000;
const staleAfterMs = 24 * 3_600_000;
/** Beyond it the measures go back less far: so many calls in 30 days are a flood without end anyway. */
const mostCalls = 50_000;
const mostShown = 10;
const barsMost = 169;
const barsMs = [periodMs, 6 * periodMs, 36 * periodMs] as const;
/** Browsers that ask for the same span share what was read for so long, ms. */
const sharedMs = 10_000;

/** What was read for one span. */
interface Reading {
  calls: AlertCalls;
  standing: LongStanding;
  untilEpochMs: number;
}

/** Takes the measures of the alarm system from the audit log. */
export class AlertHealthReader {
  readonly #log: Pick<AlertCallLog, "since" | "standingSince">;
  readonly #clock: Clock;
  readonly #recent = new Map<HealthSpanMs, { untilEpochMs: number; reading: Promise<Reading> }>();

  constructor(log: Pick<AlertCallLog, "since" | "standingSince">, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** @param operators between how many people on shift alerts are shared; at least 1 */
  async read(spanMs: HealthSpanMs, operators: number): Promise<AlarmHealth> {
    const { calls, standing, untilEpochMs } = await this.#reading(spanMs);
    const { transitions, isWhole } = calls;
    const wanted = untilEpochMs - spanMs;
    const oldest = transitions.at(-1)?.atEpochMs;
    const fromEpochMs = isWhole || oldest === undefined ? wanted : Math.max(wanted, oldest);
    const asked = { operators, fromEpochMs, untilEpochMs };
    const health = alertHealth({ transitions, active: standing.alerts, ...asked });
    return {
      ...{ ...health, ...asked, isWhole, targets: healthTargets },
      ...{ floods: health.floods.slice(-barsMost), chattering: health.chattering.slice(0, mostShown) },
      totals: { chattering: health.chattering.length, stale: standing.count },
      bars: barsOf(
        transitions.filter(({ to }) => to === "active-unacknowledged").map(({ atEpochMs }) => atEpochMs),
        fromEpochMs,
        untilEpochMs,
      ),
    };
  }

  #reading(spanMs: HealthSpanMs): Promise<Reading> {
    const nowEpochMs = this.#clock();
    const shared = this.#recent.get(spanMs);
    if (shared !== undefined && nowEpochMs < shared.untilEpochMs) return shared.reading;
    const recent = { untilEpochMs: nowEpochMs + sharedMs, reading: this.#read(spanMs, nowEpochMs) };
    this.#recent.set(spanMs, recent);
    recent.reading.catch(() => {
      if (this.#recent.get(spanMs) === recent) this.#recent.delete(spanMs);
    });
    return recent.reading;
  }

  async #read(spanMs: HealthSpanMs, untilEpochMs: number): Promise<Reading> {
    const [calls, standing] = await fromPostgres(
      Promise.all([
        this.#log.since(untilEpochMs - spanMs, mostCalls),
        this.#log.standingSince(untilEpochMs - staleAfterMs, mostShown),
      ]),
    );
    return { calls, standing, untilEpochMs };
  }
}

/** Calls in spans of 10 min, 1 h or 6 h: the shortest of which at most 169 are enough; the last one is not over. */
export function barsOf(
  calls: readonly number[],
  fromEpochMs: number,
  untilEpochMs: number,
): AlarmHealth["bars"] {
  const lengthOf = (barMs: number) => Math.floor(untilEpochMs / barMs) - Math.floor(fromEpochMs / barMs) + 1;
  const barMs = barsMs.find((each) => lengthOf(each) <= barsMost) ?? barsMs[2];
  const first = Math.floor(fromEpochMs / barMs);
  const counts = Array<number>(lengthOf(barMs)).fill(0);
  for (const atEpochMs of calls) {
    if (atEpochMs < fromEpochMs || atEpochMs >= untilEpochMs) continue;
    const index = Math.floor(atEpochMs / barMs) - first;
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return { startEpochMs: first * barMs, barMs, counts };
}
