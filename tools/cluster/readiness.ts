import { z } from "zod";
import { type Manifest, valueAt } from "../mesh/index.ts";
import type { Seen } from "./cluster-client.ts";

const count = z.number().default(0);
const condition = z.looseObject({
  type: z.string(),
  status: z.string(),
  reason: z.string().default(""),
  message: z.string().default(""),
});
const status = z.looseObject({
  observedGeneration: count,
  ...{ replicas: count, updatedReplicas: count, readyReplicas: count, availableReplicas: count },
  readyInstances: count,
  phase: z.string().default(""),
  // What CloudNativePG says of the roles that it is to make.
  managedRolesStatus: z
    .looseObject({
      byStatus: z.looseObject({ reconciled: z.array(z.string()).default([]) }).optional(),
      cannotReconcile: z.record(z.string(), z.array(z.string())).default({}),
    })
    .optional(),
  conditions: z.array(condition).default([]),
});

/** How far something that was applied has come: `failed` gets no better by waiting. */
export type Standing = Readonly<{ is: "ready" | "waiting" | "failed"; what: string }>;

const ready: Standing = { is: "ready", what: "" };
const waiting = (what: string): Standing => ({ is: "waiting", what });

type Now = z.infer<typeof status>;

const told = ({ conditions }: Now, type: string) => conditions.find((one) => one.type === type);

/** @param seen as it is in the cluster now; null: not there */
export function standingOf({ kind, spec }: Manifest, seen: Seen | null): Standing {
  if (seen === null) return waiting("is not there");
  const now = status.parse(seen.status ?? {});
  switch (kind) {
    case "Job":
      return jobStanding(now);
    case "Cluster":
      return databaseStanding(now, spec);
    case "Deployment":
    case "StatefulSet":
      if (now.observedGeneration < Number(valueAt(seen, "metadata", "generation") ?? 0))
        return waiting("was not looked at yet");
      return rolloutStanding(now, Number(valueAt(spec, "replicas") ?? 1));
    default:
      return ready;
  }
}

const roles = z.array(z.looseObject({ name: z.string() })).default([]);

/** Migrations give rights to the roles, so these have to be there, too. */
function databaseStanding(now: Now, spec: unknown): Standing {
  const wanted = Number(valueAt(spec, "instances") ?? 1);
  const phase = now.phase === "" ? "" : ` (${now.phase})`;
  if (now.readyInstances < wanted)
    return waiting(`has ${now.readyInstances} of ${wanted} instances ready${phase}`);
  const { byStatus, cannotReconcile = {} } = now.managedRolesStatus ?? {};
  const missing = roles
    .parse(valueAt(spec, "managed", "roles"))
    .filter(({ name }) => byStatus?.reconciled.includes(name) !== true)
    .map(({ name }) => [name, ...(cannotReconcile[name] ?? [])].join(": "));
  return missing.length === 0 ? ready : waiting(`has not made the roles ${missing.join(", ")}`);
}

function jobStanding(now: Now): Standing {
  const failed = told(now, "Failed");
  if (failed?.status === "True") return { is: "failed", what: `${failed.reason}: ${failed.message}` };
  return told(now, "Complete")?.status === "True" ? ready : waiting("has not ended");
}

function rolloutStanding(now: Now, wanted: number): Standing {
  const progress = told(now, "Progressing");
  if (progress?.reason === "ProgressDeadlineExceeded") return { is: "failed", what: progress.message };
  if (now.updatedReplicas < wanted)
    return waiting(`has ${now.updatedReplicas} of ${wanted} replicas renewed`);
  if (now.replicas > now.updatedReplicas) return waiting("still has old replicas");
  if (now.readyReplicas < wanted) return waiting(`has ${now.readyReplicas} of ${wanted} replicas ready`);
  return ready;
}
