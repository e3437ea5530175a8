import { type NoopsAct, wordsOf } from "./act.ts";
import { meshStateOf } from "./act-state.ts";
import type { Landscape, Workload } from "./actuator.ts";
import { type MeshAct, settingsOf } from "./actuator-act.ts";
import { type EvidenceSubject, type EvidenceValue, evidenceName } from "./evidence.ts";
import { type Looking, readEvidence } from "./expression.ts";
import { replicasOf, servingWorkload, setReplicas } from "./landscape.ts";
import type { ActSpec, NoopsRule } from "./rule.ts";

/** What a rule would do to its target, in words, too; or why there is nothing to do. */
export type PlannedAct =
  | { readonly act: NoopsAct; readonly preview: string }
  | { readonly act: null; readonly says: string };

/** @param landscape null where nobody knows what runs */
export function planAct(rule: NoopsRule, looking: Looking, landscape: Landscape | null): PlannedAct {
  const { act } = rule;
  switch (act.kind) {
    case "flush-buffer":
    case "flush-caches":
    case "rotate-key":
    case "quota":
      return planned(act);
    case "target":
      return planned({ kind: "target", archive: looking.target, open: act.open });
    case "roll-back":
      return planned({ kind: "roll-back", service: looking.target });
    case "connections":
    case "outlier-detection":
    case "retries":
      return planOnMesh({ ...act, service: looking.target }, landscape);
    default:
      return planOnLandscape(act, looking, landscape);
  }
}

/** Where it is not known how the mesh stands, as where there is none, whoever runs the services says so when it is done. */
function planOnMesh(act: MeshAct, landscape: Landscape | null): PlannedAct {
  const now = landscape === null ? {} : meshStateOf(act, landscape);
  const other = settingsOf(act).filter((name) => now[name] !== act[name as keyof MeshAct]);
  if (other.length === 0) return { act: null, says: `the mesh does so already: ${wordsOf(act)}` };
  const known = other.flatMap((name) => (now[name] == null ? [] : [`${name} is ${now[name]}`]));
  return { act, preview: [wordsOf(act), ...known].join("; ") };
}

function planOnLandscape(
  act: Extract<ActSpec, { kind: "scale" | "replace" | "restart" | "shift" }>,
  looking: Looking,
  landscape: Landscape | null,
): PlannedAct {
  const { target, nowEpochMs, maxAgeMs } = looking;
  if (landscape === null || nowEpochMs - landscape.atEpochMs > maxAgeMs)
    return { act: null, says: "what runs is not known now" };
  if (act.kind === "replace") {
    const found = replicasOf(landscape).find((one) => one.target === target);
    if (found === undefined) return { act: null, says: "the replica is gone" };
    const { service, colour } = found.workload;
    return planned({ kind: "replace", workload: { service, colour }, replica: found.replica.name });
  }
  const workload = servingWorkload(landscape, target);
  if (workload === null)
    return { act: null, says: "it does not run, or is being led from one release to another" };
  const { service, colour } = workload;
  if (act.kind === "shift")
    return workload.release === String(act.release)
      ? { act: null, says: `release ${act.release} runs already` }
      : planned({ ...act, service });
  if (act.kind === "restart") return planned({ kind: "restart", workload: { service, colour } });
  return planScale(act, looking, workload);
}

function planScale(
  act: Extract<ActSpec, { kind: "scale" }>,
  looking: Looking,
  workload: Workload,
): PlannedAct {
  const { service, colour } = workload;
  const present = setReplicas(workload);
  const goal = goalOf(act, looking, present);
  if (goal === null) return { act: null, says: `what balance wishes for ${service} is not known now` };
  const { direction, to, maxStep, min, max } = act;
  // While readings are missing or old a wish of before stands: it takes nothing away, however the rule is written.
  if (direction === "down" && to === "wish" && evidenceOf("wish", "mayLower", looking) !== true)
    return { act: null, says: `whether fewer would do for ${service} is not known now` };
  const next =
    direction === "up"
      ? Math.min(goal, present + maxStep, max)
      : Math.max(goal, present - maxStep, Math.min(min, present));
  const isWanted = direction === "up" ? next > present : next < present;
  if (isWanted) return planned({ kind: "scale", workload: { service, colour }, replicas: next }, present);
  const isBound = direction === "up" ? goal > present : goal < present;
  const bound = direction === "up" ? `${max} are the most` : `${min} are the fewest`;
  return {
    act: null,
    says: isBound ? `${present} replicas stay: ${bound}` : `${present} replicas are as many as are wished`,
  };
}

/** null: not known. */
function goalOf(
  { to, direction }: Extract<ActSpec, { kind: "scale" }>,
  looking: Looking,
  present: number,
): number | null {
  if (to === "one-more-or-less") return direction === "up" ? present + 1 : present - 1;
  const value = evidenceOf("wish", "replicas", looking);
  return typeof value === "number" ? Math.round(value) : null;
}

/** What counts of the target now; null: nothing does. */
function evidenceOf(subject: EvidenceSubject, field: string, looking: Looking): EvidenceValue | null {
  const { value, fault } = readEvidence(evidenceName(subject, looking.target, field), looking);
  return fault === null ? value : null;
}

function planned(act: NoopsAct, before: number | null = null): PlannedAct {
  return { act, preview: wordsOf(act, before) };
}
