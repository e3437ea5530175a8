import { type ActuatorAct, actuatorActSchema, type Landscape, type MeshAct } from "@tapline/core/noops";
import { beforeEach, describe, expect, test } from "vitest";
import { Bench, terms } from "./actuator-bench.fixture.ts";
import { addMesh } from "./cluster-objects.fixture.ts";
import { type ManagedEntry, ownedLeaves, pathsOf } from "./field-owners.fixture.ts";
import { fieldManager } from "./names.ts";

const bench = new Bench();
const service = "ingest";
const connections = { kind: "connections", service, maxConnections: 64 } as const;
const outliers = {
  kind: "outlier-detection",
  service,
  consecutiveErrors: 3,
  intervalMs: 1_500,
  baseEjectionMs: 30_000,
  maxEjectionPercent: 50,
} as const;
const retries = { kind: "retries", service, attempts: 1 } as const;
const acts: MeshAct[] = [connections, outliers, retries];
const gitOps = "argocd-controller";

beforeEach(() => {
  addMesh(bench.cluster.store, service);
});

const rule = (name = "ingest-blue") => bench.object("destinationrules", name);
const routes = () => bench.object("virtualservices", service);
const mesh = ({ mesh: of }: Landscape) => of?.[service] ?? expect.unreachable("nothing is said of it");
const revisionOf = async (act: MeshAct) => {
  const { revision, routesRevision } = mesh(await bench.hands.look());
  return act.kind === "retries" ? routesRevision : revision;
};

test("the rules of both colours say how a service is connected to, and all else in them stays", async () => {
  await bench.hands.act(connections, terms);
  await bench.hands.act(outliers, terms);
  for (const name of ["ingest-blue", "ingest-green"])
    expect(rule(name).spec.trafficPolicy).toEqual({
      tls: { mode: "ISTIO_MUTUAL" },
      connectionPool: { tcp: { maxConnections: 64 } },
      outlierDetection: {
        ...{ consecutive5xxErrors: 3, interval: "1.5s", baseEjectionTime: "30s", maxEjectionPercent: 50 },
      },
    });
});

test("retries are set where a route has some, and never where it has none", async () => {
  const [none, some] = routes().spec.http as [object, object];
  await bench.hands.act(retries, terms);
  expect(routes().spec.http).toEqual([none, { ...some, retries: { attempts: 1 } }]);
  expect(mesh(await bench.hands.look())).toMatchObject({ attempts: 1, perTryTimeoutMs: null });
});

test.each(acts)("what $kind sets is looked at, and its revision grows by that alone", async (act) => {
  const before = await revisionOf(act);
  const { revision } = await bench.hands.act(act, { ...terms, revision: before });
  expect(revision).not.toBe(before);
  const state = mesh(await bench.hands.look());
  const { kind: _, service: __, ...set } = act;
  expect(state).toMatchObject(set);
  expect(await revisionOf(act)).toBe(revision);
  const annotated = { metadata: { annotations: { "somebody/else": "1" } } };
  for (const [resource, name] of [
    ["virtualservices", service],
    ["destinationrules", "ingest-blue"],
  ] as const)
    bench.cluster.store.patch(resource, "tapline", name, annotated, "kubectl");
  expect(await revisionOf(act)).toBe(revision);
});

test.each(acts)("$kind is refused where somebody has changed the object since the look", async (act) => {
  const revision = await revisionOf(act);
  const [resource, name] =
    act.kind === "retries"
      ? (["virtualservices", service] as const)
      : (["destinationrules", "ingest-green"] as const);
  const { store } = bench.cluster;
  store.patch(resource, "tapline", name, { spec: { exportTo: ["."] } }, "kubectl");
  const changed = bench.object(resource, name);
  expect(await bench.refusal(act, { revision })).toBe("conflict");
  expect(bench.object(resource, name).spec).toEqual(changed.spec);
});

test.each(acts)("$kind is decided anew where somebody writes between its look and its write", async (act) => {
  let left = 1;
  bench.cluster.meanwhile = ({ verb, name = "", resource }) => {
    if (verb !== "patch" || resource === "deployments" || left-- !== 1) return;
    bench.cluster.store.patch(resource, "tapline", name, { spec: { exportTo: ["."] } }, "kubectl");
  };
  await bench.hands.act(act, { ...terms, fence: null });
  const { kind: _, service: __, ...set } = act;
  expect(mesh(await bench.hands.look())).toMatchObject(set);
  const both = [routes(), rule(), rule("ingest-green")];
  expect(both.filter(({ spec }) => spec.exportTo !== undefined)).toHaveLength(1);
});

test("where no object says how a service is connected to, or none of its routes is tried again, that is said", async () => {
  for (const act of acts)
    expect(await bench.refusal({ ...act, service: "kpi" } as ActuatorAct)).toBe("unsupported");
  const { store } = bench.cluster;
  const never = (routes().spec.http as object[]).map((route) => ({ ...route, retries: { attempts: 0 } }));
  store.patch("virtualservices", "tapline", service, { spec: { http: never } }, "kubectl");
  expect(await bench.refusal(retries)).toBe("unsupported");
  expect(routes().spec.http).toEqual(never);
});

test("beyond its bounds no act is one", () => {
  for (const act of [
    { ...connections, maxConnections: 9 },
    { ...connections, maxConnections: 20_001 },
    { ...outliers, maxEjectionPercent: 51 },
    { ...retries, attempts: 0 },
    { ...retries, attempts: 6 },
  ])
    expect(actuatorActSchema.safeParse(act).success).toBe(false);
});

describe("beside GitOps", () => {
  const ownedBy = (manager: string, { metadata }: { metadata: { managedFields: ManagedEntry[] } }) =>
    metadata.managedFields
      .filter((entry) => entry.manager === manager)
      .flatMap(({ fieldsV1 }) => pathsOf(fieldsV1));
  const inSpec = (paths: readonly string[]) =>
    paths.map((path) => (JSON.parse(path) as string[]).join(".")).filter((path) => path.startsWith("spec."));
  const tcp = (maxConnections: number) => ({ tcp: { maxConnections, connectTimeout: "3s" } });
  /** As it stands in the repository. */
  const manifest = (maxConnections = 1_024, more: object = {}) => ({
    metadata: { name: "ingest-blue" },
    spec: {
      host: "ingest-blue.tapline.svc.cluster.local",
      trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" }, connectionPool: tcp(maxConnections), ...more },
    },
  });
  const apply = (given: ReturnType<typeof manifest>, force = false) =>
    bench.cluster.store.apply("destinationrules", "tapline", given, gitOps, force);

  test("NoOps owns of the mesh's objects what its acts name, its own annotations, and nothing else", async () => {
    apply(manifest(), true);
    for (const act of acts) await bench.hands.act(act, terms);
    const owned = ownedBy(fieldManager, rule());
    const policy = "spec.trafficPolicy";
    expect(inSpec(owned).toSorted()).toEqual([
      `${policy}.connectionPool.tcp.maxConnections`,
      ...["baseEjectionTime", "consecutive5xxErrors", "interval", "maxEjectionPercent"].map(
        (field) => `${policy}.outlierDetection.${field}`,
      ),
    ]);
    expect(inSpec(ownedBy(fieldManager, routes()))).toEqual(["spec.http"]);
    const rest = owned.filter((path) => !path.startsWith('["spec"'));
    expect(rest.every((path) => path.startsWith('["metadata","annotations","tapline.dev/noops-'))).toBe(true);
    expect(inSpec(ownedBy(gitOps, rule())).toSorted()).toEqual([
      "spec.host",
      `${policy}.connectionPool.tcp.connectTimeout`,
      `${policy}.tls.mode`,
    ]);
  });

  test("a server-side apply of the number that NoOps has set another conflicts, by its name and NoOps'", async () => {
    apply(manifest(), true);
    await bench.hands.act(connections, terms);
    const before = rule();
    expect(() => apply(manifest())).toThrow(
      'conflict with "tapline-noops": .spec.trafficPolicy.connectionPool.tcp.maxConnections',
    );
    expect(rule()).toEqual(before);
  });

  test("a sync that leaves out what NoOps owns takes nothing back, and NoOps goes on beside it", async () => {
    apply(manifest(), true);
    await bench.hands.act(connections, terms);
    const { revision } = mesh(await bench.hands.look());
    const wanted = manifest(1_024, { warmup: { duration: "30s" } });
    /** As Argo CD does by RespectIgnoreDifferences and managedFieldsManagers. */
    const ignored = new Set(ownedBy(fieldManager, rule()));
    expect([...ownedLeaves(wanted).keys()].filter((path) => ignored.has(path))).toHaveLength(1);
    const { maxConnections: _, ...others } = tcp(0).tcp;
    const { tls, warmup } = wanted.spec.trafficPolicy as unknown as { tls: object; warmup: object };
    const trafficPolicy = { tls, connectionPool: { tcp: others }, warmup };
    apply({ ...wanted, spec: { ...wanted.spec, trafficPolicy } } as never, true);
    expect(rule().spec.trafficPolicy).toMatchObject({ connectionPool: tcp(64), warmup: { duration: "30s" } });
    expect(await bench.refusal({ ...connections, maxConnections: 128 }, { revision })).toBe("conflict");
    await bench.hands.act({ ...connections, maxConnections: 128 }, terms);
    expect(rule().spec.trafficPolicy).toMatchObject({
      connectionPool: tcp(128),
      warmup: { duration: "30s" },
    });
    expect(ownedBy(gitOps, rule()).some((path) => path.includes("warmup"))).toBe(true);
  });

  test("who takes a number back by force has it, and NoOps sees that it is another's", async () => {
    apply(manifest(), true);
    await bench.hands.act(connections, terms);
    const { revision } = mesh(await bench.hands.look());
    apply(manifest(), true);
    const blue = (await bench.hands.look()).mesh?.[service];
    expect(blue).toMatchObject({ maxConnections: null });
    expect(blue?.revision).not.toBe(revision);
    expect(inSpec(ownedBy(fieldManager, rule()))).toEqual([]);
  });
});
