import { meshServices } from "@tapline/core/telemetry";
import { z } from "zod";
import { globalLimits } from "./forms-of-limits.ts";
import * as platform from "./forms-of-platform.ts";
import * as redis from "./forms-of-redis.ts";
import * as workloads from "./forms-of-workloads.ts";
import { type Manifest, nameOf, valueAt } from "./manifest.ts";

const doors: ReadonlySet<string> = new Set(["ingress", "egress"]);
const services: ReadonlySet<string> = new Set(meshServices);

const made = new Map<string, z.ZodType | null>();

/** The form that an object must have as a whole, made once; null: there is none of its kind here. */
function formOf(manifests: readonly Manifest[], { kind, metadata: { name } }: Manifest): z.ZodType | null {
  const [scaled, watched] = [isScaled(manifests, name), hasSentinels(manifests)];
  const key = `${kind} ${name} ${scaled} ${watched}`;
  const form = made.get(key);
  if (form !== undefined) return form;
  const own = makeForm(kind, name, { scaled, watched });
  made.set(key, own);
  return own;
}

type Installed = Readonly<{ scaled: boolean; watched: boolean }>;

function makeForm(kind: string, name: string, { scaled, watched }: Installed): z.ZodType | null {
  const [word = "", colour = ""] = name.split("-");
  const isColour = services.has(word) && (colour === "blue" || colour === "green");
  const ofWhat = doors.has(name) ? "door" : isColour ? "colour" : services.has(name) ? "service" : name;
  const forms: Readonly<Record<string, () => z.ZodType>> = {
    "Deployment door": () => workloads.doorDeployment(name),
    "Deployment colour": () => workloads.serviceDeployment(word, colour, scaled),
    "StatefulSet redis": () => redis.redisStatefulSet(watched),
    "Service redis": () => redis.redisService(watched),
    "PodDisruptionBudget redis": () => redis.redisBudget,
    "Job migrations": () => workloads.migrationsJob,
    "PodDisruptionBudget door": () => workloads.doorBudget(name),
    "PodDisruptionBudget service": () => workloads.serviceBudget(name),
    "ScaledObject colour": () => platform.scaledObject(word, colour),
  };
  return forms[`${kind} ${ofWhat}`]?.() ?? globalLimits[`${kind} ${name}`] ?? ofKind[kind]?.(name) ?? null;
}

/** Of these whatever there is has a form. */
const ofKind: Readonly<Record<string, (name: string) => z.ZodType | null>> = {
  Namespace: () => platform.namespace,
  Service: workloads.calledService,
  ServiceAccount: platform.serviceAccount,
  TriggerAuthentication: () => platform.triggerAuthentication,
  Telemetry: () => platform.telemetry,
  RoleBinding: () => platform.roleBinding,
  ValidatingAdmissionPolicyBinding: platform.policyBinding,
  EnvoyFilter: (name) => platform.localLimits[name] ?? null,
};

const isScaled = (manifests: readonly Manifest[], name: string): boolean =>
  manifests.some(
    (one) => one.kind === "ScaledObject" && valueAt(one, "spec", "scaleTargetRef", "name") === name,
  );

const sentinelSettings = "redis-settings";
/** Whether Redis is three servers with sentinels: those have settings that a single one has not. */
const hasSentinels = (manifests: readonly Manifest[]): boolean =>
  manifests.some(({ kind, metadata }) => kind === "ConfigMap" && metadata.name === sentinelSettings);

/** What an object has otherwise than its form says, empty where it fits or where there is no form of it. */
export function formFaults(manifests: readonly Manifest[], manifest: Manifest): string[] {
  const form = formOf(manifests, manifest);
  if (form === null) return [];
  const { error } = form.safeParse(manifest);
  const issues = error?.issues.map(
    ({ path, message }) => `${nameOf(manifest)} ${path.join(".")}: ${message}`,
  );
  return [...(issues ?? []), ...mountFaults(manifest)];
}

/** Of the processes, budgets, ports, accounts, rights and limits of a whole installation, as an overlay makes it. */
export function lintForms(manifests: readonly Manifest[]): string[] {
  return [...lintPresence(manifests), ...manifests.flatMap((manifest) => formFaults(manifests, manifest))];
}

const policies = ["tapline-noops", "tapline-noops-mesh"];
/** What no installation is without. */
const wanted: readonly string[] = [
  ...["Namespace tapline", "Namespace tapline-data", "Telemetry tapline"],
  ...["ingress", "egress", "ingest", "balance", "web"].map((name) => `Service ${name}`),
  ...["ServiceAccount noops", "Role noops", "RoleBinding noops", "Job migrations"],
  ...policies.flatMap((name) => [
    `ValidatingAdmissionPolicy ${name}`,
    `ValidatingAdmissionPolicyBinding ${name}`,
  ]),
  ...meshServices.flatMap((word) => [`Deployment ${word}-blue`, `Deployment ${word}-green`]),
];

function lintPresence(manifests: readonly Manifest[]): string[] {
  const there = new Set(manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
  const along = [...there].flatMap((name) => [
    // Of a colour that nobody scales a release would run as few as there were before.
    ...(name.startsWith("ScaledObject ")
      ? [name.replace(/blue$/, "green"), name.replace(/green$/, "blue")]
      : []),
    ...(name === "StatefulSet redis" ? ["Service redis"] : []),
    ...(name === `ConfigMap ${sentinelSettings}` ? ["StatefulSet redis", "PodDisruptionBudget redis"] : []),
  ]);
  return [...wanted, ...along].filter((name) => !there.has(name)).map((name) => `there is no ${name}`);
}

const mounted = z.array(z.looseObject({ name: z.string() })).default([]);

/** That each volume is mounted, and each mount has its volume. */
function mountFaults(manifest: Manifest): string[] {
  const pod = valueAt(manifest, "spec", "template", "spec");
  if (pod === undefined || manifest.metadata.name === "ingress" || manifest.metadata.name === "egress")
    return [];
  const claims = z
    .array(z.looseObject({ metadata: z.looseObject({ name: z.string() }) }))
    .default([])
    .safeParse(valueAt(manifest, "spec", "volumeClaimTemplates"));
  const volumes = mounted.safeParse(valueAt(pod, "volumes")).data ?? [];
  const containers = z.array(z.unknown()).catch([]).parse(valueAt(pod, "containers"));
  const mounts = containers.flatMap((one) => mounted.safeParse(valueAt(one, "volumeMounts")).data ?? []);
  const there = [...volumes.map(({ name }) => name), ...(claims.data ?? []).map((one) => one.metadata.name)];
  const used = [...new Set(mounts.map(({ name }) => name))];
  return there.toSorted().join() === used.toSorted().join()
    ? []
    : [`${nameOf(manifest)} has volumes ${there.join(", ")}, and mounts ${used.join(", ")}`];
}
