import { z } from "zod";
import { serviceWordSchema } from "./workload-name.ts";

/**
 * Within what NoOps sets how a mesh connects to a service; times in ms. The admission policy holds its account to the same figures
 * (istio/services/noops-admission.yaml), so whoever has its token has no more.
 */
export const meshLimits = {
  /** Fewer starve a service; more are no bound, since a door takes 10,000 for each process. */
  maxConnections: { min: 10, max: 20_000 },
  /** One error alone says nothing of a replica. */
  consecutiveErrors: { min: 2, max: 100 },
  consecutiveGatewayErrors: { min: 2, max: 100 },
  intervalMs: { min: 1_000, max: 60_000 },
  /** Envoy leaves nobody out for longer (`max_ejection_time`). */
  baseEjectionMs: { min: 1_000, max: 300_000 },
  /** Half of the replicas stay, however many of them fail. */
  maxEjectionPercent: { min: 10, max: 50 },
  /** None would be another kind of route: Istio refuses conditions of a retry that is not made. */
  attempts: { min: 1, max: 5 },
  perTryTimeoutMs: { min: 100, max: 30_000 },
} as const satisfies Readonly<Record<string, { min: number; max: number }>>;

export type MeshSetting = keyof typeof meshLimits;

/** What each kind of act sets; the names are its parts, too. */
export const meshSettings = {
  connections: ["maxConnections"],
  "outlier-detection": [
    ...["consecutiveErrors", "consecutiveGatewayErrors", "intervalMs"],
    ...["baseEjectionMs", "maxEjectionPercent"],
  ],
  retries: ["attempts", "perTryTimeoutMs"],
} as const satisfies Readonly<Record<string, readonly string[]>> as Readonly<
  Record<MeshActKind, readonly MeshSetting[]>
>;

export type MeshActKind = "connections" | "outlier-detection" | "retries";

const within = (name: MeshSetting) => z.int().min(meshLimits[name].min).max(meshLimits[name].max);

/** Parts of the rules' acts, and of the actuator's, which name the service beside. */
export const meshForms = {
  connections: { maxConnections: within("maxConnections") },
  "outlier-detection": {
    consecutiveErrors: within("consecutiveErrors"),
    /** Of 502, 503 and 504 alone; left out: as it is. */
    consecutiveGatewayErrors: within("consecutiveGatewayErrors").exactOptional(),
    intervalMs: within("intervalMs"),
    baseEjectionMs: within("baseEjectionMs"),
    maxEjectionPercent: within("maxEjectionPercent"),
  },
  retries: {
    attempts: within("attempts"),
    /** Left out: as it is. */
    perTryTimeoutMs: within("perTryTimeoutMs").exactOptional(),
  },
} as const;

const seen = z.number().nullable();

/** How a mesh connects to a service now; null: it is not said, or not by all of its objects alike. */
export const meshStateSchema = z.strictObject({
  maxConnections: seen,
  consecutiveErrors: seen,
  consecutiveGatewayErrors: seen,
  intervalMs: seen,
  baseEjectionMs: seen,
  maxEjectionPercent: seen,
  /** Of the routes that are tried again at all. */
  attempts: seen,
  perTryTimeoutMs: seen,
  /** Changes with each change of the objects that say how it is connected to. */
  revision: z.string().min(1),
  /** … and of the objects that say how it is routed to. */
  routesRevision: z.string().min(1),
});
export type MeshState = z.infer<typeof meshStateSchema>;

export const meshSchema = z.record(serviceWordSchema, meshStateSchema);
