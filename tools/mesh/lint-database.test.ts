import { join } from "node:path";
import { meshServices } from "@tapline/core/telemetry";
import { describe, expect, test } from "vitest";
import { lintDatabase } from "./lint-database.ts";
import { type Manifest, manifestSchema, nameOf, valueAt } from "./manifest.ts";
import { mutantsOf } from "./mutants.ts";
import { jsonPatch } from "./patch.ts";
import { render } from "./render.ts";

const objects = render(join(import.meta.dirname, "../../istio/overlays/production"));
const find = (kind: string, name: string): Manifest => {
  const found = objects.find((one) => one.kind === kind && one.metadata.name === name);
  if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
  return found;
};
const job = find("Job", "migrations");
const cluster = find("Cluster", "tapline");
const container = "/spec/template/spec/containers/0";

/** What is wrong where an object is changed so. */
const faultsOf = (object: Manifest, ...patch: object[]): string[] =>
  lintDatabase([manifestSchema.parse(jsonPatch(object, patch))]);

const byKey = (setting: string, name: string, key = "database-url") => ({
  name: setting,
  valueFrom: { secretKeyRef: { name, key } },
});
const envAt = (object: Manifest, setting: string): number => {
  const env = valueAt(object, "spec", "template", "spec", "containers", 0, "env") as { name: string }[];
  return env.findIndex(({ name }) => name === setting);
};

test("each service signs in to PostgreSQL as itself", () => {
  expect(lintDatabase(objects)).toEqual([]);
});

const both = meshServices.flatMap((word, at) =>
  ["blue", "green"].map((colour) => ({
    ...{ name: `${word}-${colour}`, word },
    other: meshServices[(at + 1) % meshServices.length] ?? "",
  })),
);
describe.each(both)("a fault of $name is", ({ name, word, other }) => {
  const deployment = find("Deployment", name);
  const at = `${container}/env/${envAt(deployment, "DATABASE_URL")}`;
  const title = nameOf(deployment);

  test.each([`tapline-database-${other}`, "tapline-database-owner", "tapline-stores"])(
    "to sign in by %s",
    (secret) => {
      const value = byKey("DATABASE_URL", secret);
      expect(faultsOf(deployment, { op: "replace", path: at, value })).toEqual([
        `${title} takes of Secret ${secret} database-url, which is not its own`,
        `${title} does not sign in by DATABASE_URL of tapline-database-${word}`,
      ]);
    },
  );

  test("to be given another's key beside its own, as a setting or as a file", () => {
    const beside = [`tapline-database-${other}`, "tapline-stores", `tapline-${word}-role`];
    for (const secret of beside) {
      const setting = byKey("OTHER", secret);
      expect(faultsOf(deployment, { op: "add", path: `${container}/env/-`, value: setting })).toEqual([
        `${title} takes of Secret ${secret} database-url, which is not its own`,
      ]);
      const volumes = [
        { name: "other", secret: { secretName: secret } },
        { name: "other", projected: { sources: [{ secret: { name: secret } }] } },
      ];
      for (const value of volumes)
        expect(faultsOf(deployment, { op: "add", path: "/spec/template/spec/volumes/-", value })).toEqual([
          `${title} takes of Secret ${secret} as a whole, which is not its own`,
        ]);
    }
  });

  test("to have no URL, one in clear, or two", () => {
    const missing = [`${title} does not sign in by DATABASE_URL of tapline-database-${word}`];
    expect(faultsOf(deployment, { op: "remove", path: at })).toEqual(missing);
    const clear = { name: "DATABASE_URL", value: "postgresql://db/tapline" };
    expect(faultsOf(deployment, { op: "replace", path: at, value: clear })).toEqual(missing);
    expect(faultsOf(deployment, { op: "add", path: `${container}/env/-`, value: clear })).toEqual(missing);
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
  const lint = (changed: unknown) => lintDatabase([job, manifestSchema.parse(changed)]);
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
    expect(lintDatabase([changed, cluster])).toContainEqual(expect.stringContaining("has no role ingest by"));
  });
});
