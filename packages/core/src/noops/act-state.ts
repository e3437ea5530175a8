import type { Landscape } from "./actuator.ts";
import { type ActuatorAct, isMeshAct, type MeshAct, settingsOf } from "./actuator-act.ts";
import type { ActState } from "./decision.ts";
import { setReplicas, workloadOf } from "./landscape.ts";

/** What an act on the mesh sets, as it stands; null: not known, as where there is no mesh. */
export function meshStateOf(act: MeshAct, { mesh }: Landscape): ActState {
  return Object.fromEntries(settingsOf(act).map((name) => [name, mesh?.[act.service]?.[name] ?? null]));
}

/** What an act changes, as it stands: kept from before it and after it, and what an undo brings back. */
export function actStateOf(act: ActuatorAct, landscape: Landscape): ActState {
  if (act.kind === "share") return { greenPercent: landscape.shares[act.service]?.greenPercent ?? null };
  if (isMeshAct(act)) return meshStateOf(act, landscape);
  const workload = workloadOf(landscape, act.workload);
  if (workload === null) return { replicas: null };
  const ready = workload.replicas.filter(({ state }) => state === "ready").length;
  if (act.kind === "bound") return { min: workload.bounds?.min ?? null, max: workload.bounds?.max ?? null };
  if (act.kind !== "replace") return { replicas: setReplicas(workload), ready };
  const replica = workload.replicas.find(({ name }) => name === act.replica);
  return {
    replica: act.replica,
    state: replica?.state ?? null,
    startedAtEpochMs: replica?.startedAtEpochMs ?? null,
  };
}
