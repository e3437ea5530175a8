import { createHash } from "node:crypto";
import { meshServices } from "@tapline/core/telemetry";
import { describe, expect, test } from "vitest";
import { servicesRole } from "../database/index.ts";
import { edgesWithPostgresql } from "../mesh/edges-of-components.ts";
import { type Manifest, nameOf, valueAt } from "../mesh/index.ts";
import { judgeMesh, judgeNetwork } from "../mesh/judge-access.ts";
import { lintWorkloads } from "../mesh/lint-workloads.ts";
import { kindManifests } from "./kind-manifests.ts";
import { makeKeys, ownerSecret } from "./kind-secrets.ts";

const objects = [...kindManifests(await makeKeys(), "tapline:trial"), ownerSecret("secret")];
const keysOf = (kind: string, name: string): string[] => {
  const found = objects.find((one) => one.kind === kind && one.metadata.name === name);
  const { data = {}, stringData = {} } = (found ?? {}) as { data?: object; stringData?: object };
  return [...Object.keys(data), ...Object.keys(stringData)];
};
const textOf = (name: string, key: string): string => {
  const found = objects.find((one) => one.kind === "Secret" && one.metadata.name === name);
  return Buffer.from(String(valueAt(found, "data", key)), "base64").toString();
};
type Container = {
  image: string;
  env?: { value?: string; valueFrom?: { secretKeyRef?: { name: string; key: string } } }[];
  volumeMounts?: { name: string; mountPath: string; subPath?: string }[];
};
type Role = { name: string; passwordSecret: { name: string } };
type Volume = {
  name: string;
  secret?: { secretName: string; optional?: boolean };
  configMap?: { name: string };
};
const podsOf = objects.flatMap((object) => {
  const pod = valueAt(object, "spec", "template", "spec");
  if (pod === undefined) return [];
  const { containers, volumes = [] } = pod as { containers: Container[]; volumes?: Volume[] };
  return [{ object, containers, volumes }];
});

/** `kind name key` of each key of a Secret or ConfigMap that a pod's settings lead to. */
function wantedBy({ containers, volumes }: (typeof podsOf)[number]): string[] {
  return containers.flatMap(({ env = [], volumeMounts = [] }) => {
    const named = env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? []);
    const paths = env.flatMap(({ value = "" }) =>
      value.split(",").filter((text) => text.startsWith("/etc/")),
    );
    const files = volumeMounts.flatMap(({ name, mountPath, subPath }) => {
      const volume = volumes.find((one) => one.name === name);
      if (volume?.secret?.optional === true) return [];
      const keys = [
        ...paths
          .filter((path) => path.startsWith(`${mountPath}/`))
          .map((path) => path.slice(mountPath.length + 1)),
        ...(subPath === undefined ? [] : [subPath]),
      ];
      const from = volume?.secret
        ? `Secret ${volume.secret.secretName}`
        : `ConfigMap ${volume?.configMap?.name}`;
      return keys.map((key) => `${from} ${key}`);
    });
    return [...named.map(({ name, key }) => `Secret ${name} ${key}`), ...files];
  });
}

describe("a trial installation", () => {
  test("is closed but for the table of edges, and what the operator of its database needs", () => {
    const faults = (some: readonly Manifest[]) => [
      ...judgeNetwork(some, edgesWithPostgresql),
      ...judgeMesh(some, edgesWithPostgresql),
    ];
    expect(faults(objects)).toEqual([]);
    const without = objects.filter(({ metadata }) => metadata.name !== "postgresql-instances");
    expect(faults(without)).toEqual([
      "the network keeps away postgresql > postgresql:5432",
      "the network keeps away postgresql > postgresql:8000",
      "the network keeps away cnpg > postgresql:8000",
      'the mesh denies postgresql > postgresql {"port":5432}',
    ]);
  });

  test("has each key of a Secret or ConfigMap that its pods take", () => {
    const wanted = new Set(podsOf.flatMap(wantedBy));
    expect(wanted.size).toBeGreaterThan(25);
    const missing = [...wanted].filter((text) => {
      const [kind = "", name = "", key = ""] = text.split(" ");
      return !keysOf(kind, name).includes(key);
    });
    expect(missing).toEqual([]);
  });

  test("has a user in Redis for each service, by a password that opens nothing else", () => {
    const acl = textOf("tapline-redis-users", "users.acl").split("\n");
    const passwords = [...meshServices, "services"].map((word) => {
      const url = new URL(textOf(`tapline-redis-${word}`, "redis-url"));
      expect(url.username).toBe(`tapline_${word}`);
      const digest = createHash("sha256").update(url.password).digest("hex");
      const opened = acl.filter((line) => line.includes(`#${digest} `)).map((line) => line.split(" ")[1]);
      expect(opened).toEqual([url.username]);
      return url.password;
    });
    expect(new Set(passwords).size).toBe(meshServices.length + 1);
    expect(acl).toContain("user default on nopass -@all +ping");
  });

  test("has a role of PostgreSQL for each service, and its own password in the URL of no other; that for commands in none", () => {
    const cluster = objects.find(({ kind }) => kind === "Cluster");
    const roles = valueAt(cluster, "spec", "managed", "roles") as Role[];
    const passwords = roles.map(({ name, passwordSecret }) => {
      const [username, password] = ["username", "password"].map((key) => textOf(passwordSecret.name, key));
      expect(username).toBe(name);
      if (name === servicesRole) return password;
      const url = new URL(textOf(`tapline-database-${name.replace("tapline_", "")}`, "database-url"));
      expect([url.username, url.password]).toEqual([name, password]);
      return password;
    });
    expect(new Set(passwords).size).toBe(meshServices.length + 1);
  });

  test("runs the image that was named, in each process of ours", () => {
    const images = podsOf.flatMap(({ containers }) => containers.map(({ image }) => image));
    const ours = images.filter((image) => image.startsWith("tapline"));
    expect(ours.length).toBeGreaterThanOrEqual(25);
    expect(new Set(ours)).toEqual(new Set(["tapline:trial"]));
  });

  test("names each object once, and what it names is there", () => {
    const names = objects.map(nameOf);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
    const ours = (one: Manifest) => one.metadata.namespace !== "tapline-archive";
    expect(lintWorkloads(objects.filter(ours))).toEqual([]);
  });
});
