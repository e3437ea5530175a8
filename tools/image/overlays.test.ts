import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Manifest, nameOf, render, valueAt } from "../mesh/index.ts";

const istio = join(import.meta.dirname, "../../istio");
const built = (overlay: string): readonly Manifest[] => render(join(istio, "overlays", overlay));
const containersOf = (object: Manifest): readonly unknown[] => {
  const containers = valueAt(object, "spec", "template", "spec", "containers");
  return Array.isArray(containers) ? containers : [];
};
/** Names of the objects of a kind that pods, or an operator's roles, take something from. */
const referred = (objects: readonly Manifest[], pattern: RegExp): Set<string> =>
  new Set(
    objects
      .filter(({ kind }) => /^(Deployment|StatefulSet|Job|Cluster)$/.test(kind))
      .flatMap((object) => [...JSON.stringify(object).matchAll(pattern)].map(([, name = ""]) => name)),
  );

describe.each(["production", "dev", "kind"])("the overlay %s", (overlay) => {
  const objects = built(overlay);

  test("has each process, with the image of one version", () => {
    const ours = objects.filter(({ kind }) => kind === "Deployment" || kind === "Job");
    const images = ours
      .flatMap(containersOf)
      .map((container) => valueAt(container, "image"))
      .filter((image) => String(image).includes("tapline"));
    expect(images.length).toBeGreaterThanOrEqual(25);
    expect([...new Set(images)]).toEqual([
      overlay === "kind" ? "tapline:0.1.0" : "registry.example/tapline:0.1.0",
    ]);
  });

  test("says of each object which namespace it is in, and holds no secret", () => {
    const wide = /^(Namespace|ValidatingAdmission|Cluster(Role|Secret)|GatewayClass|PriorityClass)/;
    const without = objects.filter(
      ({ kind, metadata }) => metadata.namespace === undefined && !wide.test(kind),
    );
    expect(without.map(nameOf)).toEqual([]);
    expect(objects.filter(({ kind }) => kind === "Secret")).toEqual([]);
  });
});

test.each([
  ["production", 10],
  ["dev", 10],
  ["kind", 0],
])("in the overlay %s KEDA scales %i Deployments", (overlay, many) => {
  expect(built(overlay).filter(({ kind }) => kind === "ScaledObject")).toHaveLength(many);
});

test("kind needs no KEDA", () => {
  expect(built("kind").filter(({ apiVersion }) => apiVersion.startsWith("keda.sh/"))).toEqual([]);
});

test("production makes each Secret that a pod or a role takes something from", () => {
  const objects = built("production");
  const external = objects.filter(({ kind }) => kind === "ExternalSecret");
  const made = external.map(({ metadata }) => metadata.name);
  const wanted = referred(
    objects,
    /"(?:secretName|(?:secretKeyRef|passwordSecret)":\{"name)":"(tapline-[a-z-]+)"/g,
  );
  // Passwords of channels: none has to be there.
  wanted.delete("tapline-alert-channels");
  // Of these no pod of ours takes anything: KEDA's own, and the URL of people's commands.
  expect([...wanted, "tapline-keda", "tapline-redis-services"].sort()).toEqual([...made].sort());
  // Whole, from the store that the documentation names, under the name that pods know it by.
  // A role's is of the kind that the database's operator takes, which looks at it again by the label.
  const ofRole = {
    template: { type: "kubernetes.io/basic-auth", metadata: { labels: { "cnpg.io/reload": "true" } } },
  };
  for (const { metadata, spec } of external)
    expect(spec).toEqual({
      refreshInterval: "1h",
      secretStoreRef: { kind: "ClusterSecretStore", name: "tapline" },
      target: {
        ...{ name: metadata.name, creationPolicy: "Owner" },
        ...(metadata.name.endsWith("-role") && ofRole),
      },
      dataFrom: [{ extract: { key: `tapline/${metadata.name}` } }],
    });
});
