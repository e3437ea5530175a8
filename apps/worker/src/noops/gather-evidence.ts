import type { ClosedArchives, DeclaredArchivesFact, ReleaseDesk } from "@tapline/adapters/prisma";
import type { AlertDesk, AlertRulesDesk } from "@tapline/adapters/prisma/alerts";
import type { ServicesReports, TelemetryStream, WishBoard } from "@tapline/adapters/redis";
import { KpiBoard, type KpiSample, scopeKey } from "@tapline/core/kpi";
import {
  type Actuator,
  clocksNamed,
  type Landscape,
  MemoryTrend,
  type NoopsRules,
  observe,
  type Snapshot,
  subjectsNamed,
} from "@tapline/core/noops";
import type { Logger } from "pino";
import type { SharedReadings } from "../roles/share-readings.ts";
import { within } from "../roles/within.ts";

export type EvidenceSources = {
  /** null where nobody runs the services that may be asked. */
  readonly actuator: Actuator | null;
  readonly telemetryStream: Pick<TelemetryStream, "read" | "now">;
  readonly reports: Pick<ServicesReports, "latest">;
  readonly wishes: Pick<WishBoard, "latest">;
  readonly readings: SharedReadings;
  readonly alerts: { readonly desk: Pick<AlertDesk, "open">; readonly rules: Pick<AlertRulesDesk, "active"> };
  readonly closed: Pick<ClosedArchives, "read">;
  readonly declared: Pick<DeclaredArchivesFact, "read">;
  readonly releases: Pick<ReleaseDesk, "shifts">;
  readonly log: Pick<Logger, "warn">;
};

/** A source that takes longer is left out: what it would have said is missing, and rules that ask for it hold. */
const answerWithinMs = 1_500;
/** Windows of figures are filled by telemetry of before. */
const lookBackMs = 5 * 60_000;
const readingsEveryMs = 10_000;
const shiftsLooked = 50;

export type Gathered = Snapshot & {
  readonly nowEpochMs: number;
  readonly quorum: number;
};

/** Reads what the rules in force ask for, and no more; by the clock of Redis, which stamps telemetry. */
export class EvidenceGatherer {
  readonly #sources: EvidenceSources;
  readonly #subjects: ReadonlySet<string>;
  readonly #clocks: readonly string[];
  readonly #trend = new MemoryTrend();
  readonly #samples = new Map<string, KpiSample>();
  #board: KpiBoard | null = null;
  #cursor = "";
  #readAtEpochMs = 0;

  constructor(sources: EvidenceSources, { rules }: NoopsRules) {
    this.#sources = sources;
    this.#subjects = subjectsNamed(rules);
    this.#clocks = clocksNamed(rules);
  }

  async gather(): Promise<Gathered> {
    const { telemetryStream, reports, wishes, closed, declared } = this.#sources;
    const nowEpochMs = await within(answerWithinMs, "Redis", telemetryStream.now());
    const [landscape, services, told, kpis, alerts, shut, named, shifts] = await Promise.all([
      this.#landscape(),
      this.#ask("the table of services", ["service", "replica"], () => reports.latest()),
      this.#ask("wishes", ["wish"], () => wishes.latest()),
      this.#ask("figures", ["kpi", "archive"], () => this.#kpis(nowEpochMs)),
      this.#ask("alerts", ["alert"], () => this.#alerts()),
      this.#ask("closed archives", ["archive"], () => closed.read()),
      this.#ask("archives", ["archive"], () => declared.read()),
      this.#ask("releases", ["release"], () => this.#shifts()),
    ]);
    if (services !== null) this.#trend.hear(services);
    const archives =
      shut === null || named === null
        ? null
        : named.targets.map(({ name }) => ({ archive: name, isOpen: !shut.includes(name) }));
    const evidence = observe({
      ...{ nowEpochMs, landscape, services, wishes: told, kpis, alerts, archives, shifts },
      clocks: this.#clocks,
      memoryGrowth: this.#trend.growth(),
    });
    return {
      ...{ evidence, landscape, nowEpochMs, quorum: named?.quorum ?? 1 },
      archives: archives?.map(({ archive }) => archive) ?? [],
    };
  }

  async #landscape(): Promise<Landscape | null> {
    const { actuator } = this.#sources;
    if (actuator === null) return null;
    return await this.#bounded("what runs the services", () =>
      actuator.look(AbortSignal.timeout(answerWithinMs)),
    );
  }

  async #ask<Answer>(
    what: string,
    subjects: readonly string[],
    ask: () => Promise<Answer | null>,
  ): Promise<Answer | null> {
    return subjects.some((subject) => this.#subjects.has(subject)) ? await this.#bounded(what, ask) : null;
  }

  async #bounded<Answer>(what: string, ask: () => Promise<Answer | null>): Promise<Answer | null> {
    return await within(answerWithinMs, what, ask()).catch((error: unknown) => {
      this.#sources.log.warn({ err: error }, "NoOps decides without a part of its evidence");
      return null;
    });
  }

  /** Figures of the installation and of archives, as they are now. */
  async #kpis(nowEpochMs: number): Promise<KpiSample[]> {
    const { telemetryStream, readings } = this.#sources;
    const isFirst = this.#board === null;
    const board = this.#board ?? new KpiBoard(nowEpochMs - lookBackMs);
    if (isFirst) this.#cursor = `${nowEpochMs - lookBackMs}-0`;
    this.#board = board;
    for (let hasMore = true; hasMore; ) {
      const page = await telemetryStream.read(this.#cursor);
      for (const { entry, atEpochMs, delta } of page.reported) {
        this.#cursor = entry;
        board.add(delta, atEpochMs);
      }
      ({ hasMore } = page);
    }
    if (nowEpochMs - this.#readAtEpochMs >= readingsEveryMs) {
      board.read(await readings(readingsEveryMs), nowEpochMs);
      this.#readAtEpochMs = nowEpochMs;
    }
    for (const sample of board.advance(nowEpochMs)) {
      const { kpi, scope } = sample;
      if (Object.keys(scope).length === 0 || scope.archive !== undefined)
        this.#samples.set(`${kpi} ${scopeKey(scope)}`, sample);
    }
    // What has not changed since is known to be so still: a source that is silent is told as unknown.
    return [...this.#samples.values()].map((sample) => ({ ...sample, atEpochMs: nowEpochMs }));
  }

  async #alerts() {
    const { desk, rules } = this.#sources.alerts;
    const [open, released] = await Promise.all([desk.open(), rules.active()]);
    const active = open.filter((alert) => alert.active);
    return (released?.rules.rules ?? []).map(({ id }) => ({
      ruleId: id,
      raisedAtEpochMs: active.flatMap(({ ruleId, raisedAtEpochMs }) =>
        ruleId === id ? [raisedAtEpochMs] : [],
      ),
    }));
  }

  /** Of each service its last one. */
  async #shifts() {
    const newestFirst = await this.#sources.releases.shifts({ limit: shiftsLooked });
    return [...new Map(newestFirst.toReversed().map((shift) => [shift.service, shift])).values()].map(
      ({ service, state, endedAtEpochMs, evidence }) => {
        const looked = evidence === null ? null : { is: evidence.verdict.is, atEpochMs: evidence.atEpochMs };
        return { service, phase: state.phase, endedAtEpochMs, looked };
      },
    );
  }
}
