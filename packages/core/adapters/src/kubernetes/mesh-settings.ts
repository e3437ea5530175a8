import { type MeshAct, type MeshSetting, type MeshState, settingsOf } from "@tapline/core/noops";
import { specRevision } from "./names.ts";
import { type ClusterObject, type Routes, virtualServiceSpec } from "./resources.ts";

/** Where in a DestinationRule's `trafficPolicy` a setting stands, as Istio names it. */
const inRules = {
  maxConnections: ["connectionPool", "tcp", "maxConnections"],
  consecutiveErrors: ["outlierDetection", "consecutive5xxErrors"],
  consecutiveGatewayErrors: ["outlierDetection", "consecutiveGatewayErrors"],
  intervalMs: ["outlierDetection", "interval"],
  baseEjectionMs: ["outlierDetection", "baseEjectionTime"],
  maxEjectionPercent: ["outlierDetection", "maxEjectionPercent"],
} as const satisfies Partial<Record<MeshSetting, readonly string[]>>;

/** Where in the `retries` of an HTTP route. */
const inRetries = { attempts: "attempts", perTryTimeoutMs: "perTryTimeout" } as const;

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Of a span as Istio takes it, "1.5s" or "1m30s"; null where it is none. */
function msOf(span: unknown): number | null {
  if (typeof span !== "string" || !/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(span)) return null;
  const parts = [...span.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (unitsMs[unit ?? ""] ?? 0), 0);
}

const isSpan = (name: string): boolean => name.endsWith("Ms");

const readAs = (name: string, value: unknown): number | null =>
  isSpan(name) ? msOf(value) : typeof value === "number" ? value : null;

const written = (name: string, value: number): number | string =>
  isSpan(name) ? `${value / 1_000}s` : value;

function valueAt(object: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === "object" && at !== null ? (at as Record<string, unknown>)[key] : undefined),
    object,
  );
}

/** null where there are none, or they differ. */
function alike(values: readonly (number | null)[]): number | null {
  const [first = null] = values;
  return values.every((value) => value === first) ? first : null;
}

/** What may be asked twice its manifest says, by having it asked again: nothing else tells. */
const isTriedAgain = ({ retries }: Routes[number]): boolean => Number(retries?.attempts ?? 0) >= 1;

const httpOf = ({ spec }: ClusterObject): Routes => virtualServiceSpec.parse(spec).http ?? [];

/** Those of whose routes any is tried again. */
export function withRetries(virtualServices: readonly ClusterObject[]): ClusterObject[] {
  return virtualServices.filter((object) => httpOf(object).some(isTriedAgain));
}

/** How a service is connected to, by its DestinationRules and VirtualServices. */
export function readMeshState(
  rules: readonly ClusterObject[],
  virtualServices: readonly ClusterObject[],
): MeshState {
  const routes = virtualServices.flatMap(httpOf).filter(isTriedAgain);
  const ofRules = (name: keyof typeof inRules) =>
    alike(rules.map(({ spec }) => readAs(name, valueAt(spec, ["trafficPolicy", ...inRules[name]]))));
  const ofRoutes = (name: keyof typeof inRetries) =>
    alike(routes.map(({ retries }) => readAs(name, retries?.[inRetries[name]])));
  return {
    maxConnections: ofRules("maxConnections"),
    consecutiveErrors: ofRules("consecutiveErrors"),
    consecutiveGatewayErrors: ofRules("consecutiveGatewayErrors"),
    intervalMs: ofRules("intervalMs"),
    baseEjectionMs: ofRules("baseEjectionMs"),
    maxEjectionPercent: ofRules("maxEjectionPercent"),
    attempts: ofRoutes("attempts"),
    perTryTimeoutMs: ofRoutes("perTryTimeoutMs"),
    revision: revisionOfAll(rules),
    routesRevision: revisionOfAll(virtualServices),
  };
}

/** Changes with each change of any of them, in whatever order they come. */
export function revisionOfAll(objects: readonly ClusterObject[]): string {
  return objects.length === 0 ? "none" : objects.map(specRevision).toSorted().join("+");
}

type Values = Readonly<Partial<Record<MeshSetting, number>>>;

/** The change of a DestinationRule by which an act is done: what it does not name stays. */
export function ruleChange(act: Exclude<MeshAct, { kind: "retries" }>): { spec: object } {
  const values: Values = act;
  const trafficPolicy: Record<string, Record<string, unknown>> = {};
  for (const [name, path] of Object.entries(inRules)) {
    const value = values[name as keyof typeof inRules];
    if (value === undefined) continue;
    const [part, ...rest] = path;
    const last = rest.toReversed().reduce<unknown>((inner, key) => ({ [key]: inner }), written(name, value));
    trafficPolicy[part] = { ...trafficPolicy[part], ...(last as object) };
  }
  return { spec: { trafficPolicy } };
}

/** The change of a VirtualService: of routes that are tried again how often, and for how long each time. A patch exchanges lists whole. */
export function retriesChange(
  act: Extract<MeshAct, { kind: "retries" }>,
  virtualService: ClusterObject,
): { spec: object } {
  const values: Values = act;
  const set = settingsOf(act).map((name) => [
    inRetries[name as keyof typeof inRetries],
    written(name, values[name] ?? 0),
  ]);
  const http = httpOf(virtualService).map((route) =>
    isTriedAgain(route) ? { ...route, retries: { ...route.retries, ...Object.fromEntries(set) } } : route,
  );
  return { spec: { http } };
}
