import type { AgentReading } from "@tapline/core/kpi";

/** What an agent's last report was stamped with, how long ago that was when it was first seen, ms, and when, by a clock that nobody sets. */
type Report = { readonly stampEpochMs: number; readonly ageMs: number; readonly firstSeenMs: number };

/**
 * How long ago agents reported. A report that was there at the last look is older by the time that has passed, and once a clock was set one
 * that was not came since, whatever its stamp says. So a clock that is set changes nobody's age, at whatever interval agents report.
 */
export class ReportAges {
  #reports: ReadonlyMap<string, Report> = new Map();
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #wasSet = false;

  /** From now on stamps may be by another clock than that of whoever asks. */
  clockWasSet(): void {
    this.#wasSet = true;
  }

  /** @param nowMs by a clock that nobody sets @returns the same fleet, its stamps by the clock of `nowEpochMs` */
  readable(fleet: readonly AgentReading[], nowEpochMs: number, nowMs: number): AgentReading[] {
    const reports = new Map<string, Report>();
    const readable = fleet.map((reading): AgentReading => {
      const { agent, last } = reading;
      if (last === null) return reading;
      const report = this.#reportOf(agent, last.seenAtEpochMs, nowEpochMs, nowMs);
      reports.set(agent, report);
      const ageMs = report.ageMs + nowMs - report.firstSeenMs;
      return { ...reading, last: { ...last, seenAtEpochMs: Math.round(nowEpochMs - ageMs) } };
    });
    this.#reports = reports;
    this.#lookedAtMs = nowMs;
    return readable;
  }

  #reportOf(agent: string, stampEpochMs: number, nowEpochMs: number, nowMs: number): Report {
    const known = this.#reports.get(agent);
    if (known?.stampEpochMs === stampEpochMs) return known;
    const byStampMs = Math.abs(nowEpochMs - stampEpochMs);
    const isAfter = this.#wasSet && known !== undefined;
    const ageMs = isAfter ? Math.min(byStampMs, nowMs - this.#lookedAtMs) : byStampMs;
    return { stampEpochMs, ageMs, firstSeenMs: nowMs };
  }
}
