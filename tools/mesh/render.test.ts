import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { nameOf, valueAt } from "./manifest.ts";
import { render } from "./render.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tapline-render-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const head = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n";
const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: door}
spec:
  template:
    spec:
      containers:
        - {name: one, image: "registry.example/tapline:1"}
        - {name: two, image: other}
`;

function write(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

describe("render", () => {
  test("sets namespace, labels, images and replicas of what lies below", () => {
    write({
      "base/kustomization.yaml": `${head}resources: [door.yaml]\n`,
      "base/door.yaml": `${deployment}---\napiVersion: v1\nkind: Namespace\nmetadata: {name: tapline}\n`,
      "over/kustomization.yaml": `${head}resources: [../base]
namespace: tapline
labels: [{pairs: {a: b}, includeTemplates: true}]
images: [{name: registry.example/tapline, digest: "sha256:00"}]
replicas: [{name: door, count: 3}]
`,
    });
    const [door, space] = render(join(folder, "over"));
    expect(door?.metadata).toEqual({ name: "door", namespace: "tapline", labels: { a: "b" } });
    expect(valueAt(door, "spec", "replicas")).toBe(3);
    expect(valueAt(door, "spec", "template", "metadata", "labels", "a")).toBe("b");
    expect(valueAt(door, "spec", "template", "spec", "containers", 0, "image")).toBe(
      "registry.example/tapline@sha256:00",
    );
    expect(space && nameOf(space)).toBe("v1/Namespace/tapline");
  });

  test("merges containers by their name, and lists of extensions not at all", () => {
    write({
      "kustomization.yaml": `${head}resources: [all.yaml]
patches:
  - patch: |-
      {apiVersion: apps/v1, kind: Deployment, metadata: {name: door}, spec: {template: {spec: {containers: [{name: two, image: "2"}]}}}}
  - target: {kind: VirtualService}
    patch: |-
      {spec: {http: [{name: b}]}}
  - target: {kind: VirtualService, name: w.*}
    patch: |-
      [{op: add, path: /spec/http/-, value: {name: c}}, {op: remove, path: /spec/gone}]
`,
      "all.yaml": `${deployment}---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: way}
spec: {http: [{name: a, timeout: 1s}], gone: 1}
`,
    });
    const [door, way] = render(folder);
    expect(valueAt(door, "spec", "template", "spec", "containers")).toEqual([
      { name: "one", image: "registry.example/tapline:1" },
      { name: "two", image: "2" },
    ]);
    expect(valueAt(way, "spec")).toEqual({ http: [{ name: "b" }, { name: "c" }] });
  });

  test("lets a component change what is there, and makes ConfigMaps", () => {
    write({
      "kustomization.yaml": `${head}resources: [door.yaml]\ncomponents: [part]\nconfigMapGenerator: [{name: set, literals: [A=b=c], options: {disableNameSuffixHash: true}}]\n`,
      "door.yaml": deployment,
      "part/kustomization.yaml":
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{target: {kind: Deployment}, patch: '{spec: {replicas: 0}}'}]\n",
    });
    const [door, map] = render(folder);
    expect(valueAt(door, "spec", "replicas")).toBe(0);
    expect(valueAt(map, "data")).toEqual({ A: "b=c" });
  });

  test("reads the mode of a file as octal, as Kubernetes does", () => {
    write({
      "kustomization.yaml": `${head}resources: [door.yaml]\n`,
      "door.yaml": "apiVersion: v1\nkind: Door\nmetadata: {name: door}\nmode: 0440\n",
    });
    expect(render(folder).map((one) => one.mode)).toEqual([0o440]);
  });

  test("takes away the objects that a patch deletes, and those alone", () => {
    write({
      "kustomization.yaml": `${head}resources: [all.yaml]\npatches: [{target: {kind: Deployment, name: d.*}, patch: '{$patch: delete, kind: Deployment, metadata: {name: each}}'}]\n`,
      "all.yaml": `${deployment}---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: gate}\n`,
    });
    expect(render(folder).map(({ metadata }) => metadata.name)).toEqual(["gate"]);
  });

  test.each([
    ["a field that it does not know", "resources: []\nhelmCharts: []\n", /helmCharts/],
    [
      "a patch that changes nothing",
      "resources: []\npatches: [{target: {kind: Pod}, patch: '{}'}]\n",
      /no such object/,
    ],
    ["an object that is there twice", "resources: [a.yaml, b.yaml]\n", /is there twice/],
    ["a key that is there twice", "resources: [twice.yaml]\n", /unique/],
  ])("refuses %s", (_, text, message) => {
    const twice = "apiVersion: v1\nkind: A\nkind: B\nmetadata: {name: a}\n";
    write({
      "kustomization.yaml": head + text,
      "a.yaml": deployment,
      "b.yaml": deployment,
      "twice.yaml": twice,
    });
    expect(() => render(folder)).toThrow(message);
  });
});
