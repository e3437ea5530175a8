import { z } from "zod";
import { isThere } from "./is-there.ts";
import { lintScaling } from "./lint-scaling.ts";
import { lintSignIns } from "./lint-sign-ins.ts";
import { type Manifest, nameOf, specOf, valueAt } from "./manifest.ts";

const texts = z.record(z.string(), z.string());
const probe = z.looseObject({ periodSeconds: z.number() });
const resources = z.looseObject({
  requests: z.looseObject({ cpu: z.string(), memory: z.string() }),
  limits: z.looseObject({ memory: z.string() }),
});
const container = z.looseObject({
  name: z.string(),
  image: z.string(),
  ports: z.array(z.looseObject({ containerPort: z.number() })).default([]),
  envFrom: z.array(z.looseObject({ configMapRef: z.looseObject({ name: z.string() }) })).default([]),
  resources,
});
const pod = z.looseObject({
  serviceAccountName: z.string(),
  containers: z.array(container).min(1),
  volumes: z.array(z.looseObject({ configMap: z.looseObject({ name: z.string() }).optional() })).default([]),
});
const workload = z.looseObject({
  selector: z.looseObject({ matchLabels: texts }).optional(),
  template: z.looseObject({ metadata: z.looseObject({ labels: texts }), spec: pod }),
});
const service = z.looseObject({
  selector: texts,
  ports: z.array(z.looseObject({ targetPort: z.number() })),
});
const runs = /^(Deployment|StatefulSet|Job)$/;
/** They are made by hand, of what is no secret and no two installations share (docs/cluster.md). */
const byHand: ReadonlySet<string> = new Set(["tapline-certificates", "tapline-door-root"]);

type Workload = Readonly<{
  manifest: Manifest;
  labels: Readonly<Record<string, string>>;
  spec: z.infer<typeof workload>;
}>;

/**
 * Whether what runs fits together in a whole installation, as an overlay makes it: what an object names is there, what it selects
 * is somebody, each container is bounded and asked how it is, each service is scaled as far as there is work for it, and signs in to its
 * stores as itself. Who may call whom is not looked at here.
 */
export function lintWorkloads(manifests: readonly Manifest[]): string[] {
  const workloads = manifests
    .filter(({ kind }) => runs.test(kind))
    .map((manifest): Workload => {
      const spec = specOf(manifest, workload);
      return { manifest, spec, labels: spec.template.metadata.labels };
    });
  return [
    ...workloads.flatMap((one) => [...lintContainers(one), ...lintReferences(manifests, one)]),
    ...lintSelectors(manifests, workloads),
    ...lintServices(manifests, workloads),
    ...lintScaling(manifests),
    ...lintSignIns(manifests),
  ];
}

/** Istio puts its own container in the place of one with this image, with probes of its own. */
const isDoor = ({ image }: z.infer<typeof container>) => image === "auto";

function lintContainers({ manifest, spec }: Workload): string[] {
  const ours = spec.template.spec.containers.filter((one) => !isDoor(one));
  // A Job is asked by its end.
  if (manifest.kind === "Job") return [];
  const wanted =
    manifest.kind === "Deployment"
      ? ["startupProbe", "livenessProbe", "readinessProbe"]
      : ["livenessProbe", "readinessProbe"];
  return ours.flatMap((one) =>
    wanted
      .filter((name) => !probe.safeParse(one[name]).success)
      .map((name) => `${nameOf(manifest)} has no ${name} of ${one.name}`),
  );
}

function lintReferences(manifests: readonly Manifest[], { manifest, spec, labels }: Workload): string[] {
  const { serviceAccountName, containers, volumes } = spec.template.spec;
  const { namespace } = manifest.metadata;
  const configMaps = [
    ...containers.flatMap(({ envFrom }) => envFrom.map(({ configMapRef }) => configMapRef.name)),
    ...volumes.flatMap(({ configMap }) => configMap?.name ?? []),
  ].filter((name) => !byHand.has(name));
  const named = [["ServiceAccount", serviceAccountName], ...configMaps.map((name) => ["ConfigMap", name])];
  const missing = named.filter(([kind = "", name = ""]) => !isThere(manifests, kind, name, namespace));
  const own = spec.selector?.matchLabels;
  return [
    ...missing.map(([kind, name]) => `${nameOf(manifest)} names ${kind} ${name}, which is not there`),
    ...(manifest.kind === "Job" || (own !== undefined && selects(own, labels))
      ? []
      : [`${nameOf(manifest)} does not select its own pods`]),
  ];
}

function selects(
  wanted: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>,
): boolean {
  const pairs = Object.entries(wanted);
  return pairs.length > 0 && pairs.every(([name, value]) => labels[name] === value);
}

/** Where each kind says whose pods it is about. */
const selectorOf: Readonly<Record<string, readonly string[]>> = {
  PodDisruptionBudget: ["spec", "selector", "matchLabels"],
  NetworkPolicy: ["spec", "podSelector", "matchLabels"],
  AuthorizationPolicy: ["spec", "selector", "matchLabels"],
  PeerAuthentication: ["spec", "selector", "matchLabels"],
  Sidecar: ["spec", "workloadSelector", "labels"],
  Gateway: ["spec", "selector"],
  EnvoyFilter: ["spec", "workloadSelector", "labels"],
  PodMonitor: ["spec", "selector", "matchLabels"],
};

function lintSelectors(manifests: readonly Manifest[], workloads: readonly Workload[]): string[] {
  // What operators make of their own objects.
  const operated = manifests
    .filter(({ kind }) => kind === "Cluster")
    .map(({ metadata }) => ({
      namespace: metadata.namespace,
      labels: { "cnpg.io/cluster": metadata.name },
    }));
  const pods = [
    ...workloads.map(({ manifest, labels }) => ({ namespace: manifest.metadata.namespace, labels })),
    ...operated,
  ];
  const idle = manifests.flatMap((manifest) => {
    const wanted = texts.safeParse(valueAt(manifest, ...(selectorOf[manifest.kind] ?? ["none"])));
    // Without one it is about all pods of its namespace.
    if (!wanted.success || Object.keys(wanted.data).length === 0) return [];
    const found = pods.some(
      ({ namespace, labels }) => namespace === manifest.metadata.namespace && selects(wanted.data, labels),
    );
    return found ? [] : [`${nameOf(manifest)} selects nobody`];
  });
  const budgets = manifests.filter(({ kind }) => kind === "PodDisruptionBudget");
  const unguarded = workloads
    .filter(({ manifest }) => manifest.kind === "Deployment")
    .flatMap(({ manifest, labels }) => {
      const own = budgets.filter((budget) => {
        const wanted = texts.safeParse(valueAt(budget, "spec", "selector", "matchLabels"));
        return wanted.success && selects(wanted.data, labels);
      });
      // An eviction is refused where two budgets select one pod.
      return own.length === 1 ? [] : [`${nameOf(manifest)} has ${own.length} PodDisruptionBudgets`];
    });
  return [...idle, ...unguarded];
}

function lintServices(manifests: readonly Manifest[], workloads: readonly Workload[]): string[] {
  return manifests
    .filter(({ kind }) => kind === "Service")
    .flatMap((manifest) => {
      const { selector, ports } = specOf(manifest, service);
      const behind = workloads.filter(
        (one) =>
          one.manifest.metadata.namespace === manifest.metadata.namespace && selects(selector, one.labels),
      );
      if (behind.length === 0) return [`${nameOf(manifest)} selects nobody`];
      return behind.flatMap((one) => {
        const { containers } = one.spec.template.spec;
        const opened = containers.flatMap((each) => each.ports.map(({ containerPort }) => containerPort));
        // Gateways open what their Gateway objects say.
        return containers.some(isDoor)
          ? []
          : ports
              .filter(({ targetPort }) => !opened.includes(targetPort))
              .map(
                ({ targetPort }) =>
                  `${nameOf(manifest)} leads to ${targetPort}, which ${nameOf(one.manifest)} does not open`,
              );
      });
    });
}
