import { join } from "node:path";
import { meshServices } from "@tapline/core/telemetry";
import { describe, expect, test } from "vitest";
import { lintSignIns } from "./lint-sign-ins.ts";
import { type Manifest, manifestSchema, nameOf, valueAt } from "./manifest.ts";
import { mutantsOf } from "./mutants.ts";
import { jsonPatch } from "./patch.ts";
import { render } from "./render.ts";

const built = (overlay: string) => render(join(import.meta.dirname, "../../istio/overlays", overlay));
const objects = built("production");
const find = (kind: string, name: string, among: readonly Manifest[] = objects): Manifest => {
  const found = among.find((one) => one.kind === kind && one.metadata.name === name);
  if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
  return found;
};
const job = find("Job", "migrations");
const cluster = find("Cluster", "tapline");
const container = "/spec/template/spec/containers/0";

/** What is wrong where an object is changed so. */
const faultsOf = (object: Manifest, ...patch: object[]): string[] =>
  lintSignIns([manifestSchema.parse(jsonPatch(object, patch))]);

const byKey = (setting: string, name: string, key = "database-url") => ({
  name: setting,
  valueFrom: { secretKeyRef: { name, key } },
});
const envAt = (object: Manifest, setting: string): number => {
  const env = valueAt(object, "spec", "template", "spec", "containers", 0, "env") as { name: string }[];
  return env.findIndex(({ name }) => name === setting);
};

test("each service signs in to PostgreSQL and Redis as itself", () => {
  expect(lintSignIns(objects)).toEqual([]);
});

const stores = [
  { setting: "DATABASE_URL", of: (word: string) => `tapline-database-${word}`, key: "database-url" },
  { setting: "REDIS_URL", of: (word: string) => `tapline-redis-${word}`, key: "redis-url" },
];
const both = meshServices.flatMap((word, at) =>
  ["blue", "green"].flatMap((colour) =>
    stores.map((store) => ({
      ...{ ...store, name: `${word}-${colour}`, word },
      other: meshServices[(at + 1) % meshServices.length] ?? "",
    })),
  ),
);
describe.each(both)("a fault of $name with $setting is", ({ name, word, other, setting, of, key }) => {
  const deployment = find("Deployment", name);
  const at = `${container}/env/${envAt(deployment, setting)}`;
  const title = nameOf(deployment);
  const missing = `${title} does not sign in by ${setting} of ${of(word)}`;

  test.each([of(other), "tapline-database-owner", "tapline-redis-services", "tapline-stores"])(
    "to sign in by %s",
    (secret) => {
      const value = byKey(setting, secret, key);
      expect(faultsOf(deployment, { op: "replace", path: at, value })).toEqual([
        `${title} takes of Secret ${secret} ${key}, which is not its own`,
        missing,
      ]);
    },
  );

  test("to be given another's key beside its own, as a setting or as a file", () => {
    const beside = [of(other), "tapline-stores", `tapline-${word}-role`, "tapline-redis-users"];
    for (const secret of beside) {
      const value = byKey("OTHER", secret, key);
      expect(faultsOf(deployment, { op: "add", path: `${container}/env/-`, value })).toEqual([
        `${title} takes of Secret ${secret} ${key}, which is not its own`,
      ]);
      const volumes = [
        { name: "other", secret: { secretName: secret } },
        { name: "other", projected: { sources: [{ secret: { name: secret } }] } },
      ];
      const whole = [`${title} takes of Secret ${secret} as a whole, which is not its own`];
      for (const value of volumes)
        expect(faultsOf(deployment, { op: "add", path: "/spec/template/spec/volumes/-", value })).toEqual(
          whole,
        );
      const from = { op: "add", path: `${container}/envFrom/-`, value: { secretRef: { name: secret } } };
      expect(faultsOf(deployment, from)).toEqual(whole);
    }
  });

  test("to have no URL, one in clear, or two", () => {
    expect(faultsOf(deployment, { op: "remove", path: at })).toEqual([missing]);
    const clear = { name: setting, value: "tcp://store/tapline" };
    expect(faultsOf(deployment, { op: "replace", path: at, value: clear })).toEqual([missing]);
    expect(faultsOf(deployment, { op: "add", path: `${container}/env/-`, value: clear })).toEqual([missing]);
  });
});

describe("a Redis that is made here by itself", () => {
  const redis = find("StatefulSet", "redis", built("kind"));
  const open = [expect.stringContaining("StatefulSet/tapline-data/redis lets in whoever comes")];
  const args = valueAt(redis, "spec", "template", "spec", "containers", 0, "args") as string[];
  const file = args.indexOf("--aclfile");

  test.each([
    ["is told of no file", { op: "remove", path: `${container}/args/${file}` }],
    ["is told of another file", { op: "replace", path: `${container}/args/${file + 1}`, value: "/data/a" }],
    ["has no such volume", { op: "replace", path: "/spec/template/spec/volumes", value: [] }],
    ["has it nowhere", { op: "replace", path: `${container}/volumeMounts`, value: [] }],
    [
      "has another key of it",
      { op: "replace", path: "/spec/template/spec/volumes/0/secret/items/0/key", value: "other.acl" },
    ],
  ])("lets in whoever comes where it %s", (_, patch) => {
    expect(faultsOf(redis, patch)).toEqual(open);
  });

  test("takes nobody's URL", () => {
    const path = "/spec/template/spec/volumes/-";
    const value = { name: "other", secret: { secretName: "tapline-redis-web" } };
    expect(faultsOf(redis, { op: "add", path, value })).toEqual([
      expect.stringContaining("takes of Secret tapline-redis-web as a whole, which is not its own"),
    ]);
  });
});

describe("a Redis that is made here with sentinels", () => {
  const redis = find("StatefulSet", "redis");
  const settings = find("ConfigMap", "redis-settings");
  const lint = (changed: readonly object[], told = settings): string[] =>
    lintSignIns([manifestSchema.parse(jsonPatch(redis, changed)), told]);
  const both = ["redis", "sentinel"].map((name, at) => ({ name, at, mount: 2, volume: at + 1 }));

  test("has users for both", () => {
    expect(lint([])).toEqual([]);
    expect(lintSignIns([redis])).toHaveLength(2);
  });

  test.each(both)("lets in whoever comes to its $name without them", ({ name, at, mount, volume }) => {
    const open = [expect.stringContaining(`lets in whoever comes: ${name} has no users`)];
    const spec = "/spec/template/spec";
    const changes = [
      { op: "remove", path: `${spec}/containers/${at}/volumeMounts/${mount}` },
      { op: "remove", path: `${spec}/volumes/${volume}` },
      { op: "replace", path: `${spec}/volumes/${volume}/secret/items/0/key`, value: "other.acl" },
    ];
    for (const change of changes) expect(lint([change])).toEqual(open);
    const path = `/data/${name}.conf`;
    const text = String(valueAt(settings, "data", `${name}.conf`));
    for (const value of [text.replace("\naclfile ", "\n# aclfile "), text.replace(".acl\n", ".other\n")])
      expect(lint([], manifestSchema.parse(jsonPatch(settings, [{ op: "replace", path, value }])))).toEqual(
        open,
      );
  });
});

test("migrations alone sign in as the owner", () => {
  const path = `${container}/env/${envAt(job, "DATABASE_OWNER_URL")}`;
  const value = byKey("DATABASE_OWNER_URL", "tapline-database-web");
  expect(faultsOf(job, { op: "replace", path, value })).toEqual([
    expect.stringContaining("takes of Secret tapline-database-web database-url"),
    expect.stringContaining("does not sign in by DATABASE_OWNER_URL of tapline-database-owner"),
  ]);
});

describe("the roles of a database that is made here", () => {
  const lint = (changed: unknown) => lintSignIns([job, manifestSchema.parse(changed)]);
  const roles = valueAt(cluster, "spec", "managed", "roles") as { name: string }[];

  test("are one for each service, and one for commands; each that is taken away, or has no password, is missed", () => {
    expect(lint(cluster)).toEqual([]);
    const ofRoles = mutantsOf(roles).filter(({ way }) => way.length === 1 || way.includes("passwordSecret"));
    expect(ofRoles).toHaveLength(3 * (meshServices.length + 1));
    const survivors = ofRoles.filter(({ changed }) => {
      const path = "/spec/managed/roles";
      const patched = () => lint(jsonPatch(cluster, [{ op: "replace", path, value: changed }]));
      try {
        return patched().length === 0;
      } catch {
        return false;
      }
    });
    expect(survivors.map(({ way }) => way.join("."))).toEqual([]);
  });

  test("are no others, and no two have one password", () => {
    const add = { name: "tapline_everybody", ensure: "present", login: true };
    expect(lint(jsonPatch(cluster, [{ op: "add", path: "/spec/managed/roles/-", value: add }]))).toEqual([
      expect.stringContaining("has tapline_everybody"),
    ]);
    const path = "/spec/managed/roles/1/passwordSecret/name";
    const value = "tapline-web-role";
    expect(lint(jsonPatch(cluster, [{ op: "replace", path, value }]))).toEqual([
      expect.stringContaining("has no role tapline_ingest by tapline-ingest-role"),
      expect.stringContaining("has tapline_ingest by tapline-web-role"),
    ]);
  });

  test("are those that migrations give rights to", () => {
    const path = `${container}/env/${envAt(job, "DATABASE_ROLE_PREFIX")}`;
    const changed = manifestSchema.parse(jsonPatch(job, [{ op: "remove", path }]));
    expect(lintSignIns([changed, cluster])).toContainEqual(expect.stringContaining("has no role ingest by"));
  });
});

describe("whatever runs pods", () => {
  const template = valueAt(find("Deployment", "kpi-blue"), "spec", "template");
  const foreign = jsonPatch(template, [
    {
      ...{ op: "add", path: "/spec/containers/0/env/-" },
      value: byKey("OTHER", "tapline-database-web"),
    },
  ]);
  const kinds: [string, (one: unknown) => object][] = [
    ...["DaemonSet", "ReplicaSet", "Rollout", "Job"].map((kind): [string, (one: unknown) => object] => [
      kind,
      (one) => ({ spec: { template: one } }),
    ]),
    ["CronJob", (one) => ({ spec: { jobTemplate: { spec: { template: one } } } })],
    ["Pod", (one) => one as object],
  ];

  test.each(kinds)("signs in as itself: a %s, too", (kind, of) => {
    const metadata = { ...(valueAt(template, "metadata") as object), name: "kpi", namespace: "tapline" };
    const lint = (one: unknown) =>
      lintSignIns([manifestSchema.parse({ ...of(one), apiVersion: "v1", kind, metadata })]);
    expect(lint(template)).toEqual([]);
    expect(lint(foreign)).toEqual([
      expect.stringContaining("takes of Secret tapline-database-web database-url, which is not its own"),
    ]);
  });
});
