import { z } from "zod";

/**
 * The forms that our pods have, field for field: what keeps a node safe from a pod (the restricted profile and more), a pod from
 * another one (bounds), and a service up (probes, spread) may be missing by the schemas of Kubernetes, and is missed here.
 */

const is = z.literal;
/** Exactly these, in this order. */
export function tupleOf(forms: readonly z.ZodType[]) {
  const [first, ...others] = forms;
  return first === undefined ? z.tuple([]) : z.tuple([first, ...others]);
}
export const between = (least: number, most: number) => z.number().int().min(least).max(most);
const amount = z.string().regex(/^\d+(m|Mi|Gi)?$/, "must be an amount, as 250m or 256Mi");
export const image = z.string().regex(/^[a-z0-9./-]+(:[\w.-]+|@sha256:[0-9a-f]{64})$/, "must name a version");

export const runsAsNobody = (user: number) => ({
  runAsNonRoot: is(true),
  runAsUser: is(user),
  runAsGroup: is(user),
  seccompProfile: z.strictObject({ type: is("RuntimeDefault") }),
});

const noRights = {
  allowPrivilegeEscalation: is(false),
  capabilities: z.strictObject({ drop: z.tuple([is("ALL")]) }),
};
export const restricted = z.strictObject({ ...noRights, readOnlyRootFilesystem: is(true) });

const at = z.string().startsWith("/");
export const mounts = z.array(
  z.union([
    z.strictObject({ name: z.enum(["scratch", "data"]), mountPath: z.enum(["/tmp", "/data"]) }),
    z.strictObject({ name: z.string(), mountPath: at, readOnly: is(true) }),
  ]),
);
const secretKeyRef = z.strictObject({ name: z.string(), key: z.string() });
const env = z.array(
  z.union([
    z.strictObject({ name: z.string(), value: z.string() }),
    z.strictObject({ name: z.string(), valueFrom: z.strictObject({ secretKeyRef }) }),
  ]),
);
const files = {
  // 0440: of root and of the pod's group alone.
  defaultMode: is(0o440),
  items: z.array(z.strictObject({ key: z.string(), path: z.string() })).optional(),
};
/** Passwords of channels: an installation may have none. */
const channels = { secretName: is("tapline-alert-channels"), optional: is(true) };
export const volumes = z.array(
  z.union([
    z.strictObject({ name: z.string(), secret: z.strictObject({ ...files, ...channels }) }),
    z.strictObject({
      name: z.string(),
      secret: z.strictObject({ ...files, secretName: z.string().regex(/^(?!tapline-alert-channels)/) }),
    }),
    z.strictObject({ name: z.string(), configMap: z.strictObject({ name: z.string() }) }),
    z.strictObject({ name: is("scratch"), emptyDir: z.strictObject({ sizeLimit: is("256Mi") }) }),
  ]),
);
export const resources = (limits: z.ZodRawShape) =>
  z.strictObject({
    requests: z.strictObject({ cpu: amount, memory: amount }),
    limits: z.strictObject({ memory: amount, ...limits }),
  });

/** Three questions: has it started within 90 s; does its event loop turn; may it be called. */
function probe(path: string, times: Readonly<Record<string, z.ZodType>>) {
  return z.strictObject({
    httpGet: z.strictObject({ path: is(path), port: is("http-health") }),
    ...times,
  });
}
const probes = {
  startupProbe: probe("/healthz", {
    ...{ periodSeconds: is(1), timeoutSeconds: between(1, 5), failureThreshold: between(60, 180) },
  }),
  // A minute without an answer: a machine that is busy ends nobody.
  livenessProbe: probe("/healthz", {
    ...{ periodSeconds: is(10), timeoutSeconds: is(5), failureThreshold: between(6, 12) },
  }),
  // Who drains is out within the delay that its process waits.
  readinessProbe: probe("/readyz", {
    ...{ periodSeconds: is(2), timeoutSeconds: between(1, 2), failureThreshold: is(1) },
  }),
};

const container = (name: string) => ({
  ...{ name: is(name), image, env, securityContext: restricted, volumeMounts: mounts },
  // For an image that was loaded into the node (kind).
  imagePullPolicy: is("Never").optional(),
  resources: resources({ cpu: amount }),
});
/** What a process listens on; each of them tells its health, too. */
function opened(ports: readonly Readonly<{ name: string; number: number }>[]) {
  const health = { name: "http-health", number: 9_464 };
  const those = [...ports, health].map(({ name, number }) =>
    z.strictObject({ name: is(name), containerPort: is(number) }),
  );
  return tupleOf(those);
}

/** A full zone or node keeps nobody from starting. */
export const spread = (key: string, labels: z.ZodRawShape, more: z.ZodRawShape = {}) =>
  z.strictObject({
    ...{ maxSkew: is(1), topologyKey: is(key), whenUnsatisfiable: is("ScheduleAnyway") },
    labelSelector: z.strictObject({ matchLabels: z.strictObject(labels) }),
    ...more,
  });
const ours = { "app.kubernetes.io/part-of": is("tapline") };
const ofOneRelease = {
  matchLabelKeys: z.tuple([is("tapline.dev/service"), is("tapline.dev/colour"), is("pod-template-hash")]),
};

/** What all pods of ours have, but for the doors: they are the mesh's. */
export const identity = (word: string) => ({
  serviceAccountName: is(word),
  // Of all processes noops alone asks the Kubernetes API.
  automountServiceAccountToken: is(word === "noops"),
  enableServiceLinks: is(false),
});

export const servicePod = (word: string, ports: Parameters<typeof opened>[0]) =>
  z.strictObject({
    ...{ ...identity(word), terminationGracePeriodSeconds: between(10, 120) },
    securityContext: z.strictObject({ ...runsAsNobody(65_532), fsGroup: is(65_532) }),
    topologySpreadConstraints: z.tuple([
      spread("kubernetes.io/hostname", ours, ofOneRelease),
      spread("topology.kubernetes.io/zone", ours, ofOneRelease),
    ]),
    containers: z.tuple([
      z.strictObject({
        ...{ ...container(word), ...probes, ports: opened(ports) },
        envFrom: z.array(z.strictObject({ configMapRef: z.strictObject({ name: z.string() }) })),
      }),
    ]),
    volumes,
  });

export const migrationsPod = z.strictObject({
  ...{ ...identity("migrations"), restartPolicy: is("OnFailure") },
  securityContext: z.strictObject(runsAsNobody(65_532)),
  containers: z.tuple([z.strictObject(container("migrations"))]),
  volumes,
});

/** The mesh puts its own proxy in the place of the container, with probes of its own; a low port is opened without a right for it. */
export const doorPod = (word: string) =>
  z.strictObject({
    ...{ serviceAccountName: is(word), terminationGracePeriodSeconds: between(65, 120) },
    securityContext: z.strictObject({
      runAsNonRoot: is(true),
      seccompProfile: z.strictObject({ type: is("RuntimeDefault") }),
      sysctls: z.tuple([z.strictObject({ name: is("net.ipv4.ip_unprivileged_port_start"), value: is("0") })]),
    }),
    topologySpreadConstraints: z.tuple([
      spread("topology.kubernetes.io/zone", { "tapline.dev/service": is(word) }),
    ]),
    containers: z.tuple([
      z.strictObject({
        ...{ name: is("istio-proxy"), image: is("auto"), securityContext: z.strictObject(noRights) },
        resources: resources({}),
      }),
    ]),
  });
