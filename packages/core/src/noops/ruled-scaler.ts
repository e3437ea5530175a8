import {
  type LoadTrace,
  oursScaler,
  type Scaler,
  type Seen,
  type SimulatedService,
} from "../balance/index.ts";
import { uuidV7 } from "../kernel/index.ts";
import type { Landscape, Replica } from "./actuator.ts";
import { Decider } from "./decider.ts";
import type { Decision } from "./decision.ts";
import { draftOf } from "./draft.ts";
import { type EvidenceReading, evidenceName } from "./evidence.ts";
import { noopsRuleSetIdOf } from "./release.ts";
import type { NoopsRules } from "./rule.ts";
import { formOf, type NoopsSwitches } from "./switches.ts";

/** Rules decide so often in a simulation, ms; in earnest they do once a second. */
const everyMs = 5_000;
/** As far back as guards look. */
const recentMs = 3_600_000;

/**
 * How a service is scaled in a simulation where NoOps rules act on what `balance` wishes, with all their guards. Each rule that scales counts
 * as armed; other rules, and other evidence than of the service and of the wish, are not in it.
 */
export function ruledScaler(service: SimulatedService, past: LoadTrace | null, rules: NoopsRules): Scaler {
  const wishing = oursScaler(service, past);
  const scaling = rules.rules.filter(({ act }) => act.kind === "scale");
  const decider = new Decider(scaling);
  const ruleSet = noopsRuleSetIdOf(rules);
  const set = { by: "simulation", atEpochMs: 0, reason: null, mode: "armed" as const };
  const switches: NoopsSwitches = {
    ...{ kill: null, pauses: [] },
    modes: scaling.map((rule) => ({ ...set, ruleId: rule.id, form: formOf(rule) })),
  };
  let recent: Decision[] = [];
  let wish = service.min;
  let wishedAtMs = Number.NEGATIVE_INFINITY;
  return {
    name: `NoOps rules, version ${rules.version}`,
    everyMs,
    onTick: wishing.onTick,
    decide: (seen) => {
      const { atMs } = seen;
      if (atMs - wishedAtMs >= wishing.everyMs) [wish, wishedAtMs] = [wishing.decide(seen), atMs];
      const landscape = landscapeOf(service.service, seen);
      const evidence = evidenceOf(service.service, seen, wish);
      recent = recent.filter(({ atEpochMs }) => atMs - atEpochMs <= recentMs);
      let wanted = seen.ready + seen.starting;
      for (const verdict of decider.decide({ evidence, landscape, archives: [] }, atMs)) {
        const facts = {
          ...{ switches, recent, landscape, archives: { open: [], quorum: 0 } },
          ...{ actsPerHour: rules.actsPerHour, nowEpochMs: atMs },
        };
        const draft = draftOf(verdict, ruleSet, facts, uuidV7(atMs, noBytes));
        if (draft.state !== "acting" || draft.act?.kind !== "scale") continue;
        wanted = draft.act.replicas;
        recent.push({ ...draft, state: "done", begunAtEpochMs: atMs, endedAtEpochMs: atMs });
      }
      return wanted;
    },
  };
}

/** Nobody looks a decision of a simulation up by its id. */
const noBytes = (count: number): Buffer => Buffer.alloc(count);

function landscapeOf(service: string, { atMs, ready, starting }: Seen): Landscape {
  const replica = (state: Replica["state"], index: number): Replica => ({
    ...{
      name: `${service}-${state}-${index}`,
      state,
      startedAtEpochMs: atMs,
      restarts: 0,
      services: [service],
    },
  });
  const replicas = [
    ...Array.from({ length: ready }, (_, index) => replica("ready", index)),
    ...Array.from({ length: starting }, (_, index) => replica("starting", index)),
  ];
  const wanted = ready + starting;
  const workload = { service, colour: "blue" as const, release: null, wanted, bounds: null, revision: "1" };
  return { atEpochMs: atMs, workloads: [{ ...workload, replicas }], shares: {} };
}

function evidenceOf(service: string, seen: Seen, wish: number): Map<string, EvidenceReading> {
  const { atMs, ready, starting, queued, utilization, arrivalsPerSecond } = seen;
  const facts = {
    service: {
      ...{ wanted: ready + starting, ready, failed: 0, heard: ready, queued: Math.round(queued) },
      ...{ cpuRatio: utilization, requestsPerSecond: arrivalsPerSecond, errorRatio: 0 },
    },
    wish: { replicas: wish, reactive: wish, mayLower: true },
  };
  return new Map(
    Object.entries(facts).flatMap(([subject, fields]) =>
      Object.entries(fields).map(([field, value]): [string, EvidenceReading] => [
        evidenceName(subject as keyof typeof facts, service, field),
        { value, atEpochMs: atMs },
      ]),
    ),
  );
}
