import { randomUUID } from "node:crypto";
import type { Landscape, Replica, Workload } from "./actuator.ts";
import { Decider, type Snapshot } from "./decider.ts";
import type { Decision } from "./decision.ts";
import { draftOf } from "./draft.ts";
import type { EvidenceReading, EvidenceValue } from "./evidence.ts";
import type { MeshState } from "./mesh-settings.ts";
import type { NoopsRule } from "./rule.ts";
import { type NoopsSwitches, noSwitches } from "./switches.ts";

export const startEpochMs = 1_790_000_000_000;
const hourMs = 3_600_000;

export const replicaOf = (name: string, more: Partial<Replica> = {}): Replica => ({
  ...{ name, state: "ready", startedAtEpochMs: startEpochMs - hourMs, restarts: 0, services: ["validation"] },
  ...more,
});

export const workloadOf = (wanted: number, more: Partial<Workload> = {}): Workload => ({
  ...{ service: "validation", colour: "blue", release: null, wanted, bounds: null, revision: "1" },
  replicas: Array.from({ length: wanted }, (_, index) => replicaOf(`validation-${index + 1}`)),
  ...more,
});

/** How a mesh connects to a service, much as the manifests have it. */
export const meshState: MeshState = {
  ...{ maxConnections: 1_024, consecutiveErrors: 5, consecutiveGatewayErrors: null, intervalMs: 5_000 },
  ...{ baseEjectionMs: 30_000, maxEjectionPercent: 50, attempts: 2, perTryTimeoutMs: 10_000 },
  ...{ revision: "0", routesRevision: "0" },
};

/** A world in which what NoOps does is done at once, and everything that it decided is kept. */
export class World {
  nowEpochMs = startEpochMs;
  workloads: Workload[] = [workloadOf(2)];
  switches: NoopsSwitches = noSwitches;
  actsPerHour = 60;
  readonly evidence = new Map<string, EvidenceReading>();
  readonly decisions: Decision[] = [];
  readonly rules: readonly NoopsRule[];
  readonly #decider: Decider;

  constructor(rules: readonly NoopsRule[]) {
    this.rules = rules;
    this.#decider = new Decider(rules);
  }

  get acted(): Decision[] {
    return this.decisions.filter(({ begunAtEpochMs }) => begunAtEpochMs !== null);
  }

  get landscape(): Landscape {
    return { atEpochMs: this.nowEpochMs, workloads: this.workloads, shares: {} };
  }

  know(name: string, value: EvidenceValue | null, ageMs = 0): void {
    this.evidence.set(name, { value, atEpochMs: this.nowEpochMs - ageMs });
  }

  /** Decides once, and lets what is to be done be done. */
  tick(afterMs = 1_000): Decision[] {
    this.nowEpochMs += afterMs;
    const wanted = this.workloads[0]?.wanted ?? null;
    this.know('service("validation").wanted', wanted);
    const snapshot: Snapshot = {
      evidence: this.evidence,
      landscape: this.landscape,
      archives: ["main", "second"],
    };
    const made = this.#decider.decide(snapshot, this.nowEpochMs).map((verdict) => {
      const facts = {
        ...{ switches: this.switches, recent: this.decisions, landscape: this.landscape },
        ...{
          archives: { open: ["main", "second"], quorum: 1 },
          actsPerHour: this.actsPerHour,
          nowEpochMs: this.nowEpochMs,
        },
      };
      const draft = draftOf(verdict, { version: 1, sha256: "ab" }, facts, randomUUID());
      const decision = draft.state === "acting" ? this.#do(draft) : draft;
      this.decisions.push(decision);
      return decision;
    });
    return made;
  }

  #do(draft: Decision): Decision {
    const { act } = draft;
    if (act?.kind === "scale")
      this.workloads = this.workloads.map((one) =>
        one.service === act.workload.service ? workloadOf(act.replicas) : one,
      );
    return { ...draft, state: "done", begunAtEpochMs: this.nowEpochMs, endedAtEpochMs: this.nowEpochMs };
  }
}
