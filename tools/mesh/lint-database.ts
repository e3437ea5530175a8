import { meshServices } from "@tapline/core/telemetry";
import { z } from "zod";
import { type Manifest, nameOf, valueAt } from "./manifest.ts";

const secretKey = z.object({ name: z.string(), key: z.string() });
const container = z.object({
  env: z
    .array(
      z.object({
        name: z.string(),
        value: z.string().optional(),
        valueFrom: z.object({ secretKeyRef: secretKey.optional() }).optional(),
      }),
    )
    .default([]),
});
const named = z.object({ secretName: z.string() });
const source = z.object({ secret: z.object({ name: z.string() }).optional() });
const pod = z.object({
  initContainers: z.array(container).default([]),
  containers: z.array(container),
  volumes: z
    .array(
      z.object({
        secret: named.optional(),
        projected: z.object({ sources: z.array(source) }).optional(),
      }),
    )
    .default([]),
});
const managed = z.array(
  z.object({ name: z.string(), passwordSecret: z.object({ name: z.string() }).optional() }),
);

const runs = /^(Deployment|StatefulSet|Job)$/;
/** By any of them somebody signs in to PostgreSQL, or may make himself one who does. */
const ofDatabase = /^tapline-(database-.+|.+-role|stores|app|superuser)$/;
const key = "database-url";
/** Of the Secret that all share, which says where Redis is and nothing of PostgreSQL. */
const sharedKey = "tapline-stores redis-url";

/** Whose the tables are: no process that serves signs in so. */
const owner = { word: "migrations", setting: "DATABASE_OWNER_URL", secret: "tapline-database-owner" };

/** By which setting each signs in, and the Secret that holds it: `tapline-database-web`. */
const signIns = [
  ...meshServices.map((word) => ({ word, setting: "DATABASE_URL", secret: `tapline-database-${word}` })),
  owner,
];

/**
 * Whether each service signs in to PostgreSQL as itself alone: takes its own key and nobody else's, and has a role with a password
 * of its own where the database is made here (docs/decisions/0054-rights-per-service.md).
 */
export function lintDatabase(manifests: readonly Manifest[]): string[] {
  const workloads = manifests.filter(({ kind }) => runs.test(kind));
  return [...workloads.flatMap(lintSignIn), ...lintRoles(manifests)];
}

function lintSignIn(manifest: Manifest): string[] {
  const template = valueAt(manifest, "spec", "template");
  const word = valueAt(template, "metadata", "labels", "tapline.dev/service");
  const { initContainers, containers, volumes } = pod.parse(valueAt(template, "spec"));
  const env = [...initContainers, ...containers].flatMap((one) => one.env);
  const keys = env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? []);
  const whole = volumes.flatMap(({ secret, projected }) => [
    ...(secret === undefined ? [] : [secret.secretName]),
    ...(projected?.sources.flatMap((one) => one.secret?.name ?? []) ?? []),
  ]);
  const own = signIns.find((one) => one.word === word);
  const ownKey = own === undefined ? "" : `${own.secret} ${key}`;
  const taken = [
    ...keys.map((one) => `${one.name} ${one.key}`),
    ...whole.map((name) => `${name} as a whole`),
  ];
  const foreign = taken.filter(
    (text) => ofDatabase.test(text.split(" ")[0] ?? "") && text !== ownKey && text !== sharedKey,
  );
  return [
    ...foreign.map((text) => `takes of Secret ${text}, which is not its own`),
    ...(own === undefined || signsIn(env, own)
      ? []
      : [`does not sign in by ${own.setting} of ${own.secret}`]),
  ].map((fault) => `${nameOf(manifest)} ${fault}`);
}

type Env = z.infer<typeof container>["env"];

/** Once, and by its Secret: of two settings of one name the later one would count. */
function signsIn(env: Env, { setting, secret }: (typeof signIns)[number]): boolean {
  const found = env.filter(({ name }) => name === setting);
  const [from] = found.map(({ valueFrom }) => valueFrom?.secretKeyRef);
  return found.length === 1 && from?.name === secret && from.key === key;
}

/** Of databases that are made here: a role for each service, by the prefix that migrations give rights to, and one for commands. */
function lintRoles(manifests: readonly Manifest[]): string[] {
  const job = manifests.find(({ kind, metadata }) => kind === "Job" && metadata.name === owner.word);
  const env = container.safeParse(valueAt(job, "spec", "template", "spec", "containers", 0)).data?.env ?? [];
  const prefix = env.find(({ name }) => name === "DATABASE_ROLE_PREFIX")?.value ?? "";
  return manifests
    .filter(({ apiVersion, kind }) => apiVersion.startsWith("postgresql.cnpg.io/") && kind === "Cluster")
    .flatMap((cluster) => {
      const roles = managed.default([]).parse(valueAt(cluster, "spec", "managed", "roles"));
      const has = roles.map(({ name, passwordSecret }) => `${name} by ${passwordSecret?.name}`);
      const wanted = ["services", ...meshServices].map((word) => `${prefix}${word} by tapline-${word}-role`);
      return [
        ...wanted.filter((one) => !has.includes(one)).map((one) => `has no role ${one}`),
        ...has
          .filter((one, at) => !wanted.includes(one) || has.indexOf(one) !== at)
          .map((one) => `has ${one}`),
      ].map((fault) => `${nameOf(cluster)} ${fault}`);
    });
}
