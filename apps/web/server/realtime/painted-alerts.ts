import type { Alert, AlertNews } from "@tapline/core/alerts";
import { z } from "zod";
import { isJustRaised, mostPainted, type PaintedAlert } from "../../contracts/painted.ts";

export interface PaintedAlertsOptions {
  /** By how long the rule of an alert delays its raise on purpose, ms; null where that rule is in force no more. */
  delayMsOf: (alert: Alert) => Promise<number | null>;
  /** Takes what was measured, ms. */
  time: (breachToScreenMs: number) => void;
  clock: () => number;
}

/** A browser that says later that it painted an alert is not listened to, ms. */
const heardForMs = 60_000;
const mostHeard = 20_000;
const longestMs = 600_000;
/** What one socket may say in a second, and at once. */
const perSecond = mostPainted;
const burst = 2 * perSecond;

const paintedSchema: z.ZodType<PaintedAlert[]> = z
  .array(z.strictObject({ id: z.uuid(), rev: z.int().min(1), atEpochMs: z.int() }))
  .min(1)
  .max(mostPainted);

interface Heard {
  alert: Alert;
  toldAtEpochMs: number;
}

/**
 * How long alerts took from their breach to being painted, as browsers say. What the rule waits on purpose is left out. Believed
 * is what can be: of an alert that was told here as raised within the last minute, a moment between then and now.
 */
export class PaintedAlerts {
  readonly #options: PaintedAlertsOptions;
  readonly #heard = new Map<string, Heard>();

  constructor(options: PaintedAlertsOptions) {
    this.#options = options;
  }

  /** Remembers what was raised, before browsers are told of it. */
  told(news: AlertNews): void {
    if (news.is !== "alerts") return;
    const nowEpochMs = this.#options.clock();
    for (const alert of news.alerts) {
      // An alert is told once more when it is recorded: browsers painted the first.
      if (isJustRaised(alert) && !this.#heard.has(nameOf(alert)))
        this.#heard.set(nameOf(alert), { alert, toldAtEpochMs: nowEpochMs });
    }
    for (const [name, { toldAtEpochMs }] of this.#heard) {
      if (this.#heard.size <= mostHeard && nowEpochMs - toldAtEpochMs <= heardForMs) break;
      this.#heard.delete(name);
    }
  }

  /** @param said whatever came by the socket: what is no such message, or too much, counts for nothing */
  async painted(said: unknown, allowance: PaintAllowance): Promise<void> {
    const { clock, delayMsOf, time } = this.#options;
    const { data } = paintedSchema.safeParse(said);
    const nowEpochMs = clock();
    if (data === undefined || !allowance.take(data.length, nowEpochMs)) return;
    for (const one of data) {
      const name = nameOf(one);
      const heard = this.#heard.get(name);
      if (heard === undefined || nowEpochMs - heard.toldAtEpochMs > heardForMs) continue;
      if (!allowance.isFirst(name)) continue;
      const delayMs = await delayMsOf(heard.alert);
      if (delayMs === null) continue;
      const atEpochMs = Math.min(Math.max(one.atEpochMs, heard.toldAtEpochMs), nowEpochMs);
      const tookMs = atEpochMs - heard.alert.breachedAtEpochMs - delayMs;
      time(Math.min(Math.max(0, tookMs), longestMs));
    }
  }
}

/** What one socket may still say. */
export class PaintAllowance {
  #left = burst;
  #atEpochMs = Number.NEGATIVE_INFINITY;
  readonly #said = new Set<string>();

  take(alerts: number, nowEpochMs: number): boolean {
    const sinceMs = Math.max(0, nowEpochMs - this.#atEpochMs);
    this.#left = Math.min(burst, this.#left + (sinceMs / 1_000) * perSecond);
    this.#atEpochMs = nowEpochMs;
    if (alerts > this.#left) return false;
    this.#left -= alerts;
    return true;
  }

  /** Whether this is said for the first time. */
  isFirst(name: string): boolean {
    if (this.#said.has(name)) return false;
    // More cannot be said while an alert is listened for.
    if (this.#said.size > perSecond * (heardForMs / 1_000) + burst) this.#said.clear();
    this.#said.add(name);
    return true;
  }
}

const nameOf = ({ id, rev }: { id: string; rev: number }): string => `${id} ${rev}`;
