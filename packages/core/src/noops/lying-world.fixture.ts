import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { newWishState, policyOf, type ServiceReadings, type WishState, wishOf } from "../balance/index.ts";
import type { ServiceHealth } from "../telemetry/index.ts";
import { type Landscape, type Replica, replicaStates, type Workload } from "./actuator.ts";
import { Decider } from "./decider.ts";
import { ruleOf } from "./decision.fixture.ts";
import type { Decision } from "./decision.ts";
import { defaultNoopsRules } from "./default-rules.ts";
import { draftOf } from "./draft.ts";
import { observe } from "./observe.ts";
import type { NoopsRule } from "./rule.ts";
import { noSwitches } from "./switches.ts";
import { replicaOf, startEpochMs, workloadOf } from "./world.fixture.ts";

/** The shipped rules and a restart, all armed. */
export const armedRules: readonly NoopsRule[] = [
  ...defaultNoopsRules.rules.map((rule): NoopsRule => ({ ...rule, mode: "armed" })),
  ruleOf({
    ...{ id: "restart-slow-service", when: "service(target).p99Ms > 1000.0", act: { kind: "restart" } },
    perHour: 3,
  }),
];

const figure = fc.oneof(
  fc.constantFrom(0, 1e-9, 0.5, 1, 30, 1_000, 1e6, 1e12, Number.MAX_SAFE_INTEGER),
  fc.double({ min: 0, max: 1e4, noNaN: true }),
);
const told = fc.option(figure, { freq: 8 });
const each = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.array(arbitrary, { minLength: 1, maxLength: 4 });

/** What comes in for a while; none of it has to be true. Lists are told of one thing after the other, again and again. */
export const lieArbitrary = fc.record({
  looks: fc.integer({ min: 1, max: 12 }),
  everyMs: fc.constantFrom(1_000, 5_000, 20_000, 150_000),
  /** Of services and of wishes. */
  ageMs: fc.constantFrom(0, 0, 0, 4_000, 60_000, -5_000),
  load: each(fc.record({ arrivalsPerSecond: told, serviceMs: told, queued: told, oldestAgeMs: told })),
  /** Whether replicas serve: most say that they do. */
  states: each(fc.oneof({ weight: 3, arbitrary: fc.constant("ready") }, fc.constantFrom(...replicaStates))),
  health: each(
    fc.record({
      ...{ silentMs: fc.constantFrom(0, 500, 30_000, 1e9), requestsPerSecond: told, errorRatio: told },
      ...{ p99Ms: told, cpuRatio: told, memoryBytes: fc.constantFrom(0, 1e8, 2e9, 1e15), growth: told },
    }),
  ),
  archives: each(fc.record({ errorRatio: told })),
  keyAgeDays: told,
  shiftedMs: fc.constantFrom(null, 0, 1_000, 1e9),
});

export type Lie = typeof lieArbitrary extends fc.Arbitrary<infer Value> ? Value : never;

/** An act, and what was told and done up to the moment at which it began. */
export type Begun = { readonly decision: Decision; readonly rule: NoopsRule } & Pick<
  LyingWorld,
  "landscape" | "open"
>;

function of<Value>(values: readonly Value[], index: number): Value {
  const value = values[index % values.length];
  if (value === undefined) throw new Error("a lie tells at least one of each");
  return value;
}

/** A world of which nothing that is told has to be true, but for what NoOps has set itself. What it does is done at once. */
export class LyingWorld {
  readonly begun: Begun[] = [];
  readonly quorum = 1;
  readonly actsPerHour: number;
  /** As told now. */
  landscape: Landscape = { atEpochMs: startEpochMs, workloads: [], shares: {} };
  /** Archives to which is sent. */
  open: readonly string[] = ["main", "off-site"];
  readonly #wanted = new Map(["ingest", "validation", "transfer"].map((service) => [service, 2]));
  readonly #wishes = new Map<string, WishState>();
  readonly #decider = new Decider(armedRules);
  #nowEpochMs = startEpochMs;

  constructor(actsPerHour: number) {
    this.actsPerHour = actsPerHour;
  }

  believe(lie: Lie): void {
    for (let look = 0; look < lie.looks; look++) this.#round(lie);
  }

  #round(lie: Lie): void {
    this.#nowEpochMs += lie.everyMs;
    this.landscape = this.#landscapeOf(lie);
    const evidence = this.#evidenceOf(lie);
    const { landscape } = this;
    const snapshot = { evidence, landscape, archives: ["main", "off-site"] };
    for (const verdict of this.#decider.decide(snapshot, this.#nowEpochMs)) {
      const facts = {
        ...{ switches: noSwitches, recent: this.begun.map(({ decision }) => decision) },
        ...{ landscape: this.landscape, archives: { open: this.open, quorum: this.quorum } },
        ...{ actsPerHour: this.actsPerHour, nowEpochMs: this.#nowEpochMs },
      };
      const draft = draftOf(verdict, { version: 1, sha256: "ab" }, facts, randomUUID());
      if (draft.state !== "acting") continue;
      this.#do(draft, verdict.rule);
      this.landscape = this.#landscapeOf(lie);
    }
  }

  #do(draft: Decision, rule: NoopsRule): void {
    const atEpochMs = this.#nowEpochMs;
    const decision: Decision = {
      ...draft,
      state: "done",
      begunAtEpochMs: atEpochMs,
      endedAtEpochMs: atEpochMs,
    };
    this.begun.push({ decision, rule, landscape: this.landscape, open: this.open });
    const { act } = draft;
    if (act?.kind === "scale") this.#wanted.set(act.workload.service, act.replicas);
    if (act?.kind !== "target") return;
    const others = this.open.filter((archive) => archive !== act.archive);
    this.open = act.open ? [...others, act.archive] : others;
  }

  #landscapeOf({ states }: Lie): Landscape {
    const workloads = [...this.#wanted].map(([service, wanted]): Workload => {
      const replicas = Array.from({ length: wanted }, (_, index): Replica => {
        return replicaOf(`${service}-${index + 1}`, { state: of(states, index), services: [service] });
      });
      return workloadOf(wanted, { service, replicas });
    });
    return { atEpochMs: this.#nowEpochMs, workloads, shares: {} };
  }

  #evidenceOf(lie: Lie) {
    const nowEpochMs = this.#nowEpochMs;
    const toldAtEpochMs = nowEpochMs - lie.ageMs;
    const services = this.landscape.workloads.flatMap(({ service, replicas }) =>
      replicas.map(({ name }, index) => healthOf(service, name, of(lie.health, index), toldAtEpochMs)),
    );
    const wishes = [...this.#wanted.keys()].map((service, index) => this.#wishOf(service, index, lie));
    const sample = { atEpochMs: nowEpochMs, count: 1, window: "minute" };
    const kpis = [
      { ...sample, kpi: "keys.age_days", scope: {}, value: lie.keyAgeDays },
      ...["main", "off-site"].map((archive, index) => ({
        ...{ ...sample, kpi: "archive.error_ratio", scope: { archive } },
        value: of(lie.archives, index).errorRatio,
      })),
    ];
    return observe({
      ...{ nowEpochMs, landscape: this.landscape, alerts: null, clocks: [] },
      services: { atEpochMs: toldAtEpochMs, services, mesh: null },
      wishes: { atEpochMs: toldAtEpochMs, services: wishes },
      kpis: kpis as never,
      archives: ["main", "off-site"].map((archive) => ({ archive, isOpen: this.open.includes(archive) })),
      shifts: [...this.#wanted.keys()].map((service) => ({
        ...{ service, phase: "promoted", looked: null },
        endedAtEpochMs: lie.shiftedMs === null ? null : nowEpochMs - lie.shiftedMs,
      })),
      memoryGrowth: new Map(
        services.map(({ instance }, index) => [instance, of(lie.health, index).growth ?? 0]),
      ),
    });
  }

  #wishOf(service: string, index: number, lie: Lie) {
    const atEpochMs = this.#nowEpochMs - lie.ageMs;
    const readings: ServiceReadings = {
      ...{ atEpochMs, replicas: this.#wanted.get(service) ?? null, p99Ms: null, cpuRatio: null },
      ...of(lie.load, index),
    };
    const policy = policyOf(service, { bounds: new Map(), partitions: 1 });
    if (policy === null) throw new Error(`${service} is not balanced`);
    const before = this.#wishes.get(service) ?? newWishState;
    const { wish, state } = wishOf(
      { service, policy, readings, expected: null, nowEpochMs: atEpochMs },
      before,
    );
    this.#wishes.set(service, state);
    return wish;
  }
}

function healthOf(
  service: string,
  instance: string,
  { silentMs, growth: _, ...figures }: Lie["health"][number],
  atEpochMs: number,
): ServiceHealth {
  return {
    ...{ instance, roles: [service], heardAtEpochMs: atEpochMs - silentMs, isSilent: silentMs > 6_000 },
    ...{ p50Ms: figures.p99Ms, loopDelayMs: 1, redisMs: 1, postgresqlMs: 1, queued: 0, ...figures },
  };
}
