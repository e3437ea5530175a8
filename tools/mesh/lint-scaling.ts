import { mostOfStage } from "@tapline/core/balance";
import { segmentStages } from "@tapline/core/buffer";
import { meshServices } from "@tapline/core/telemetry";
import { z } from "zod";
import { isThere } from "./is-there.ts";
import { type Manifest, nameOf, specOf, valueAt } from "./manifest.ts";

const external = z.looseObject({
  type: z.literal("external"),
  metadata: z.looseObject({ scalerAddress: z.string(), service: z.string() }),
  authenticationRef: z.looseObject({ name: z.string() }),
});
const scaled = z.looseObject({
  scaleTargetRef: z.looseObject({ kind: z.string().default("Deployment"), name: z.string() }),
  minReplicaCount: z.number(),
  maxReplicaCount: z.number(),
  triggers: z.array(z.union([external, z.looseObject({ type: z.literal("prometheus") })])).min(1),
});

/**
 * Whether what scales fits together: each ScaledObject asks for its own service, all workers know of the same partitions, no stage has more
 * replicas than those give work to, and balance wishes neither more nor less than there may be.
 */
export function lintScaling(manifests: readonly Manifest[]): string[] {
  const scalers = manifests.filter(({ kind }) => kind === "ScaledObject");
  return [
    ...scalers.flatMap((one) => lintScaler(manifests, one)),
    ...lintPartitions(manifests, scalers),
    ...lintBounds(manifests, scalers),
  ];
}

const serviceOf = ({ metadata: { labels } }: Manifest) => labels?.["tapline.dev/service"];

function lintScaler(manifests: readonly Manifest[], manifest: Manifest): string[] {
  const { scaleTargetRef, triggers } = specOf(manifest, scaled);
  const { namespace } = manifest.metadata;
  const word = serviceOf(manifest);
  const faults = triggers.flatMap((trigger) => {
    const { data: asks } = external.safeParse(trigger);
    if (asks === undefined) return [];
    const { metadata, authenticationRef } = asks;
    const [name = "", space] = metadata.scalerAddress.split(".");
    return [
      ...(isThere(manifests, "Service", name, space) ? [] : [`asks ${name}, which is not there`]),
      ...(metadata.service === word ? [] : [`asks for ${metadata.service} and not for ${word}`]),
      ...(isThere(manifests, "TriggerAuthentication", authenticationRef.name, namespace)
        ? []
        : [`has no TriggerAuthentication ${authenticationRef.name}`]),
    ];
  });
  const { kind, name } = scaleTargetRef;
  if (!isThere(manifests, kind, name, namespace)) faults.push(`scales ${kind} ${name}, which is not there`);
  return faults.map((fault) => `${nameOf(manifest)} ${fault}`);
}

const environment = z.looseObject({
  envFrom: z.array(z.looseObject({ configMapRef: z.looseObject({ name: z.string() }) })).default([]),
  env: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })).default([]),
});

/** A setting as a pod gets it: its own, else the last ConfigMap's that has one. */
function settingOf(manifests: readonly Manifest[], workload: Manifest, setting: string): string | undefined {
  const container = valueAt(workload, "spec", "template", "spec", "containers", 0);
  const { env, envFrom } = environment.parse(container);
  const shared = envFrom.flatMap(({ configMapRef }) => {
    const map = manifests.find(
      ({ kind, metadata }) => kind === "ConfigMap" && metadata.name === configMapRef.name,
    );
    return z.string().safeParse(valueAt(map, "data", setting)).data ?? [];
  });
  return env.findLast(({ name }) => name === setting)?.value ?? shared.at(-1);
}

const workerServices: ReadonlySet<string> = new Set(meshServices.filter((word) => word !== "web"));

function lintPartitions(manifests: readonly Manifest[], scalers: readonly Manifest[]): string[] {
  const workers = manifests.filter(
    (one) => one.kind === "Deployment" && workerServices.has(serviceOf(one) ?? ""),
  );
  const set = workers.map((one) => ({ one, partitions: settingOf(manifests, one, "TAPLINE_PARTITIONS") }));
  const common = set.find(({ one }) => serviceOf(one) === "buffer")?.partitions;
  const apart = set
    .filter(({ partitions }) => partitions === undefined || partitions !== common)
    .map(
      ({ one, partitions }) =>
        `${nameOf(one)} has TAPLINE_PARTITIONS ${partitions ?? "unset"}, and buffer ${common ?? "unset"}`,
    );
  const idle = scalers.flatMap((one) => {
    const stage = segmentStages.find((word) => word === serviceOf(one));
    if (stage === undefined) return [];
    const { minReplicaCount, maxReplicaCount } = specOf(one, scaled);
    const most = Math.max(minReplicaCount, mostOfStage(stage, Number(common)));
    return maxReplicaCount <= most
      ? []
      : [`${nameOf(one)} allows ${maxReplicaCount}, and ${common} partitions give work to ${most}`];
  });
  return [...apart, ...idle];
}

function lintBounds(manifests: readonly Manifest[], scalers: readonly Manifest[]): string[] {
  const balance = manifests.find(
    ({ kind, metadata }) => kind === "Deployment" && metadata.name === "balance-blue",
  );
  if (balance === undefined) return [];
  const wished = settingOf(manifests, balance, "TAPLINE_BALANCE_BOUNDS")?.split(",") ?? [];
  const may = new Set([
    ...meshServices.map((word) => `${word}=${boundsOf(manifests, scalers, word)}`),
    ...scalers.map((one) => {
      const { minReplicaCount, maxReplicaCount } = specOf(one, scaled);
      return `${serviceOf(one)}=${minReplicaCount}-${maxReplicaCount}`;
    }),
  ]);
  return [
    ...[...may].filter((one) => !wished.includes(one)).map((one) => `balance does not wish for ${one}`),
    ...wished.filter((one) => !may.has(one)).map((one) => `balance wishes for ${one}, which may not be`),
  ];
}

/** What may be of the colour that runs at rest: as KEDA is told, or as many as stand there. */
function boundsOf(manifests: readonly Manifest[], scalers: readonly Manifest[], word: string): string {
  const name = `${word}-blue`;
  const own = scalers.find(({ metadata }) => metadata.name === name);
  if (own !== undefined) {
    const { minReplicaCount, maxReplicaCount } = specOf(own, scaled);
    return `${minReplicaCount}-${maxReplicaCount}`;
  }
  const stands = manifests.find((one) => one.kind === "Deployment" && one.metadata.name === name);
  const replicas = z.number().safeParse(valueAt(stands, "spec", "replicas")).data ?? 1;
  return `${replicas}-${replicas}`;
}
