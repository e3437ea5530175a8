import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { meshServices, servicePorts } from "@tapline/core/telemetry";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { type Manifest, render } from "../mesh/index.ts";

const root = join(import.meta.dirname, "../..");
const textOf = (path: string): string => readFileSync(join(root, path), "utf8");
const manifests = render(join(root, "istio/services"));
const named = (kind: string, name: string): Manifest | undefined =>
  manifests.find((object) => object.kind === kind && object.metadata.name === name);

const probe = z.object({
  httpGet: z.object({ path: z.string(), port: z.string() }),
  periodSeconds: z.number(),
  failureThreshold: z.number(),
});
const deploymentSchema = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.literal("tapline"),
    labels: z.record(z.string(), z.string()),
  }),
  spec: z.object({
    replicas: z.number().optional(),
    strategy: z.object({ rollingUpdate: z.object({ maxUnavailable: z.literal(0), maxSurge: z.literal(1) }) }),
    selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
    template: z.object({
      metadata: z.object({
        labels: z.record(z.string(), z.string()),
        annotations: z.record(z.string(), z.string()),
      }),
      spec: z.object({
        serviceAccountName: z.string(),
        automountServiceAccountToken: z.boolean(),
        terminationGracePeriodSeconds: z.number(),
        securityContext: z.object({
          runAsNonRoot: z.literal(true),
          seccompProfile: z.object({ type: z.literal("RuntimeDefault") }),
        }),
        topologySpreadConstraints: z.array(
          z.object({ topologyKey: z.string(), matchLabelKeys: z.array(z.string()) }),
        ),
        volumes: z.array(z.looseObject({ name: z.string() })),
        containers: z.tuple([
          z.object({
            name: z.string(),
            image: z.string(),
            envFrom: z.array(z.object({ configMapRef: z.object({ name: z.string() }) })),
            env: z.array(
              z.object({
                name: z.string(),
                value: z.string().optional(),
                valueFrom: z
                  .object({ secretKeyRef: z.strictObject({ name: z.string(), key: z.string() }) })
                  .optional(),
              }),
            ),
            ports: z.array(z.object({ name: z.string(), containerPort: z.number() })),
            resources: z.object({
              requests: z.object({ cpu: z.string(), memory: z.string() }),
              limits: z.object({ cpu: z.string(), memory: z.string() }),
            }),
            securityContext: z.object({
              allowPrivilegeEscalation: z.literal(false),
              readOnlyRootFilesystem: z.literal(true),
              capabilities: z.object({ drop: z.tuple([z.literal("ALL")]) }),
            }),
            startupProbe: probe,
            livenessProbe: probe,
            readinessProbe: probe,
            volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })),
          }),
        ]),
      }),
    }),
  }),
});

const deployments = manifests
  .filter(({ kind }) => kind === "Deployment")
  .map((object) => {
    const { metadata, spec } = deploymentSchema.parse(object);
    const pod = spec.template.spec;
    const [container] = pod.containers;
    const configured = container.envFrom.flatMap(({ configMapRef }) => {
      const { data } = z
        .object({ data: z.record(z.string(), z.string()) })
        .parse(named("ConfigMap", configMapRef.name));
      return Object.entries(data);
    });
    const env = new Map([
      ...configured,
      ...container.env.map(({ name, value }) => [name, value ?? ""] as const),
    ]);
    return { name: metadata.name, metadata, spec, pod, container, env };
  });
const service = (word: string, colour: string) =>
  deployments.find(({ name }) => name === `${word}-${colour}`);

/** Names that a schema of settings has, as they stand in its code. */
const settingsOf = (path: string): string[] =>
  [...textOf(path).matchAll(/^ {2}([A-Z][A-Z0-9_]+):/gm)].map(([, name = ""]) => name);
const otlp = readdirSync(join(root, "packages/telemetry/src/otlp")).flatMap((name) =>
  [...textOf(`packages/telemetry/src/otlp/${name}`).matchAll(/\b(OTEL_[A-Z_]+)\b/g)].map(
    ([, found = ""]) => found,
  ),
);
const known = {
  web: new Set(["ROLE", ...settingsOf("apps/web/server/config.ts"), ...otlp]),
  worker: new Set([
    ...["ROLE", ...otlp],
    ...readdirSync(join(root, "apps/worker/src/settings")).flatMap((name) =>
      settingsOf(`apps/worker/src/settings/${name}`),
    ),
  ]),
};

describe("the services' manifests", () => {
  test("have two colours of each process, one of them at rest", () => {
    expect(deployments.map(({ name }) => name).sort()).toEqual(
      meshServices.flatMap((word) => [`${word}-blue`, `${word}-green`]).sort(),
    );
    for (const word of meshServices) expect(service(word, "green")?.spec.replicas).toBe(0);
  });

  test.each(deployments)("label $name as it is looked for, and run it under an account of its own", (one) => {
    const [word = "", colour = ""] = one.name.split("-");
    const labels = {
      ...{ "app.kubernetes.io/part-of": "tapline", "tapline.dev/service": word },
      "tapline.dev/colour": colour,
    };
    expect(one.metadata.labels).toEqual(labels);
    expect(one.spec.selector.matchLabels).toEqual(labels);
    expect(one.spec.template.metadata.labels).toMatchObject(labels);
    expect(one.pod.serviceAccountName).toBe(word);
    expect(one.pod.automountServiceAccountToken).toBe(word === "noops");
    expect(named("ServiceAccount", word)?.metadata.namespace).toBe("tapline");
    expect([one.env.get("ROLE"), one.env.get("TAPLINE_COLOUR")]).toEqual([word, colour]);
  });

  test.each(deployments)(
    "ask $name on the port that it answers on, and readiness at once",
    ({ container, env, spec }) => {
      const ports = new Map(container.ports.map(({ name, containerPort }) => [name, String(containerPort)]));
      const port = env.get("TAPLINE_HEALTH_PORT") ?? env.get("TAPLINE_WEB_HEALTH_PORT");
      expect(ports.get("http-health")).toBe(port);
      expect(env.get("TAPLINE_HEALTH_HOST") ?? env.get("TAPLINE_WEB_HEALTH_HOST")).toBe("0.0.0.0");
      expect(spec.template.metadata.annotations["prometheus.io/port"]).toBe(port);
      const { startupProbe, livenessProbe, readinessProbe } = container;
      const asked = [startupProbe, livenessProbe, readinessProbe];
      expect(asked.map(({ httpGet }) => httpGet)).toEqual(
        ["/healthz", "/healthz", "/readyz"].map((path) => ({ path, port: "http-health" })),
      );
      expect(readinessProbe.failureThreshold * readinessProbe.periodSeconds).toBeLessThanOrEqual(2);
    },
  );

  test.each(deployments)("set of $name what its code knows, and nothing else", ({ name, env }) => {
    const names = name.startsWith("web-") ? known.web : known.worker;
    expect([...env.keys()].filter((one) => !names.has(one))).toEqual([]);
  });

  test.each(deployments)("give $name the files that its settings name", ({ pod, container, env }) => {
    const mounts = container.volumeMounts.map(({ mountPath }) => mountPath);
    const paths = [...env.values()]
      .flatMap((value) => value.split(","))
      .filter((text) => text.startsWith("/etc/"));
    expect(paths.filter((path) => !mounts.some((at) => path === at || path.startsWith(`${at}/`)))).toEqual(
      [],
    );
    expect(container.volumeMounts.map(({ name }) => name).sort()).toEqual(
      pod.volumes.map(({ name }) => name).sort(),
    );
    expect(mounts).toContain("/tmp");
  });

  test.each(deployments)("leave $name the time to end that it may take", ({ pod, env, container }) => {
    const delay = Number(env.get("TAPLINE_DRAIN_DELAY_SECONDS") ?? 0);
    // The console's own bound is 4 s; a worker's exit takes 1.5 s more than its work.
    const grace = Number(env.get("TAPLINE_GRACE_SECONDS") ?? 4);
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(delay + grace + 5);
    const isCalled = container.ports.length > 1;
    // Longer than the next look of the probe, and time for proxies to hear of it.
    expect(delay).toBeGreaterThanOrEqual(isCalled ? 10 : 0);
  });

  test("spread each over nodes and zones, and keep one from being taken with the other", () => {
    for (const { pod } of deployments)
      expect(pod.topologySpreadConstraints.map(({ topologyKey }) => topologyKey)).toEqual([
        "kubernetes.io/hostname",
        "topology.kubernetes.io/zone",
      ]);
    for (const word of meshServices)
      expect(named("PodDisruptionBudget", word)?.spec).toMatchObject({
        maxUnavailable: 1,
        selector: { matchLabels: { "tapline.dev/service": word } },
      });
  });

  test("open no port that the code does not, and each that the mesh leads to", () => {
    const opened = (word: string) =>
      service(word, "blue")?.container.ports.filter(({ name }) => name !== "http-health") ?? [];
    const of = ({ name, number }: { name: string; number: number }) => ({ name, containerPort: number });
    const { taps, stream, scaler, web } = servicePorts;
    expect(opened("ingest")).toEqual([of(taps), of(stream)]);
    expect(opened("balance")).toEqual([of(scaler)]);
    expect(opened("web")).toEqual([of(web)]);
    const called = new Set(["ingest", "balance", "web"]);
    expect(meshServices.filter((word) => !called.has(word)).flatMap(opened)).toEqual([]);
    const settings = ["TAPLINE_INGEST_PORT", "TAPLINE_STREAM_PORT"].map((name) =>
      service("ingest", "blue")?.env.get(name),
    );
    expect(settings).toEqual([String(taps.number), String(stream.number)]);
    expect(service("balance", "blue")?.env.get("TAPLINE_SCALER_PORT")).toBe(String(scaler.number));
    expect(service("web", "blue")?.env.get("TAPLINE_WEB_PORT")).toBe(String(web.number));
  });

  test("let KEDA scale what several processes share, by balance's wish, never to none", () => {
    const bounds = z.object({ minReplicaCount: z.number().min(2), maxReplicaCount: z.number() });
    const scaled = manifests.filter(({ kind }) => kind === "ScaledObject");
    const shared = ["ingest", "validation", "encryption", "transfer", "web"];
    expect(scaled.map(({ metadata }) => metadata.name).sort()).toEqual(
      shared.flatMap((word) => [`${word}-blue`, `${word}-green`]).sort(),
    );
    const wishes = service("ingest", "blue")?.env.get("TAPLINE_BALANCE_BOUNDS")?.split(",") ?? [];
    for (const object of scaled) {
      const [word, colour] = object.metadata.name.split("-");
      const { minReplicaCount: min, maxReplicaCount: max } = bounds.parse(object.spec);
      expect(wishes).toContain(`${word}=${min}-${max}`);
      const paused = object.metadata.annotations?.["autoscaling.keda.sh/paused-replicas"];
      expect(paused).toBe(colour === "green" ? "0" : undefined);
    }
    for (const word of meshServices.filter((one) => !shared.includes(one)))
      expect([word, service(word, "blue")?.spec.replicas]).toEqual([word, 2]);
  });

  test("give each process the keys that it works with, and no others", () => {
    const holders = (secret: string) => {
      const mounts = ({ pod }: (typeof deployments)[number]) =>
        pod.volumes.some((volume) => JSON.stringify(volume).includes(`"secretName":"${secret}"`));
      return deployments.filter(mounts).map(({ name }) => name);
    };
    const both = (...words: string[]) => words.flatMap((word) => [`${word}-blue`, `${word}-green`]);
    expect(holders("tapline-process-key").sort()).toEqual(
      both("encryption", "ingest", "transfer", "validation"),
    );
    expect(holders("tapline-archive").sort()).toEqual(both("audit", "buffer", "transfer"));
    expect(holders("tapline-signer").sort()).toEqual(both("audit", "encryption"));
    expect(holders("tapline-audit").sort()).toEqual(both("audit"));
    expect(holders("tapline-door").sort()).toEqual(both("ingest"));
    expect(holders("tapline-web").sort()).toEqual(both("web"));
    expect(holders("tapline-scaler").sort()).toEqual(both("balance"));
  });

  test.each(deployments)(
    "have $name sign in to PostgreSQL and Redis as itself",
    ({ name, container, pod }) => {
      const [word] = name.split("-");
      const taken = container.env.flatMap(({ name: of, valueFrom }) =>
        valueFrom === undefined ? [] : [[of, valueFrom.secretKeyRef]],
      );
      expect(taken).toEqual([
        ["DATABASE_URL", { name: `tapline-database-${word}`, key: "database-url" }],
        ["REDIS_URL", { name: `tapline-redis-${word}`, key: "redis-url" }],
      ]);
      expect(JSON.stringify(pod.volumes)).not.toMatch(/tapline-(database|redis|stores)/);
    },
  );

  test("hold no secret", () => {
    expect(manifests.filter(({ kind }) => kind === "Secret")).toEqual([]);
    expect(JSON.stringify(manifests)).not.toMatch(/PRIVATE KEY|:\/\/[^/"]+:[^/"@]+@/);
  });
});
