import { meshServices } from "@tapline/core/telemetry";
import { z } from "zod";
import { type Manifest, nameOf, valueAt } from "./manifest.ts";

const secretKey = z.object({ name: z.string(), key: z.string() });
const container = z.object({
  envFrom: z.array(z.object({ secretRef: z.object({ name: z.string() }).optional() })).default([]),
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

const runs = /^(Deployment|StatefulSet|DaemonSet|ReplicaSet|Job|CronJob|Rollout|Pod)$/;
/** Where each kind has its pods' form. */
const templateOf = (manifest: Manifest): unknown => {
  if (manifest.kind === "Pod") return manifest;
  return valueAt(
    manifest,
    "spec",
    ...(manifest.kind === "CronJob" ? ["jobTemplate", "spec"] : []),
    "template",
  );
};
/** By any of them somebody signs in to PostgreSQL or Redis, or may make himself one who does. */
const ofStores = /^tapline-(database-.+|redis-.+|.+-role|stores|app|superuser)$/;

/** Whose the tables are: no process that serves signs in so. */
const owner = "migrations";

/** By which setting a pod signs in, and the key of a Secret that it is in. */
type SignIn = Readonly<{ setting: string; secret: string; key: string }>;

const byDatabase = (setting: string, whose: string): SignIn => ({
  ...{ setting, secret: `tapline-database-${whose}`, key: "database-url" },
});
const signIns: Readonly<Record<string, readonly SignIn[]>> = {
  ...Object.fromEntries(
    meshServices.map((word) => [
      word,
      [
        byDatabase("DATABASE_URL", word),
        { setting: "REDIS_URL", secret: `tapline-redis-${word}`, key: "redis-url" },
      ],
    ]),
  ),
  [owner]: [byDatabase("DATABASE_OWNER_URL", "owner")],
};

/** A Redis that is made here, and who comes into it. */
const redis = {
  name: "apps/v1/StatefulSet/tapline-data/redis",
  secret: "tapline-redis-users",
  /** What each container of it reads its users from. */
  files: { redis: "users.acl", sentinel: "sentinels.acl" } as Readonly<Record<string, string>>,
  /** Where three are watched by sentinels. */
  settings: "redis-settings",
};

/**
 * Whether each service signs in to PostgreSQL and Redis as itself alone: takes its own keys and nobody else's, and has a role or user with
 * a password of its own where the store is made here (docs/decisions/0054-rights-per-service.md, 0055-rights-in-redis.md).
 */
export function lintSignIns(manifests: readonly Manifest[]): string[] {
  // A Rollout may take the template of a Deployment, which is looked at itself.
  const workloads = manifests.filter((one) => runs.test(one.kind) && templateOf(one) !== undefined);
  return [
    ...workloads.flatMap(lintSignIn),
    ...lintRoles(manifests),
    ...workloads.flatMap((one) => lintRedis(manifests, one)),
  ];
}

function lintSignIn(manifest: Manifest): string[] {
  const template = templateOf(manifest);
  const word = String(valueAt(template, "metadata", "labels", "tapline.dev/service"));
  const { initContainers, containers, volumes } = pod.parse(valueAt(template, "spec"));
  const all = [...initContainers, ...containers];
  const env = all.flatMap((one) => one.env);
  const keys = env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? []);
  const whole = [
    ...all.flatMap(({ envFrom }) => envFrom.flatMap(({ secretRef }) => secretRef?.name ?? [])),
    ...volumes.flatMap(({ secret, projected }) => [
      ...(secret === undefined ? [] : [secret.secretName]),
      ...(projected?.sources.flatMap((one) => one.secret?.name ?? []) ?? []),
    ]),
  ];
  const own = signIns[word] ?? [];
  const may = [
    ...own.map(({ secret, key }) => `${secret} ${key}`),
    ...(nameOf(manifest) === redis.name ? [`${redis.secret} as a whole`] : []),
  ];
  const taken = [
    ...keys.map((one) => `${one.name} ${one.key}`),
    ...whole.map((name) => `${name} as a whole`),
  ];
  const foreign = taken.filter((text) => ofStores.test(text.split(" ")[0] ?? "") && !may.includes(text));
  return [
    ...foreign.map((text) => `takes of Secret ${text}, which is not its own`),
    ...own
      .filter((one) => !signsIn(env, one))
      .map(({ setting, secret }) => `does not sign in by ${setting} of ${secret}`),
  ].map((fault) => `${nameOf(manifest)} ${fault}`);
}

type Env = z.infer<typeof container>["env"];

/** Once, and by its Secret: of two settings of one name the later one would count. */
function signsIn(env: Env, { setting, secret, key }: SignIn): boolean {
  const found = env.filter(({ name }) => name === setting);
  const [from] = found.map(({ valueFrom }) => valueFrom?.secretKeyRef);
  return found.length === 1 && from?.name === secret && from.key === key;
}

const server = z.object({
  name: z.string(),
  args: z.array(z.string()).default([]),
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })).default([]),
});
const usersFile = z.object({
  name: z.string(),
  secret: z.object({
    secretName: z.literal(redis.secret),
    items: z.array(z.object({ key: z.string(), path: z.string() })),
  }),
});
const settings = z.object({ data: z.record(z.string(), z.string()) });

/** Of a Redis that is made here: without the file of its users whoever reaches a server, or a sentinel, may do all. */
function lintRedis(manifests: readonly Manifest[], manifest: Manifest): string[] {
  if (nameOf(manifest) !== redis.name) return [];
  const spec = valueAt(manifest, "spec", "template", "spec");
  const volumes = z.array(z.unknown()).catch([]).parse(valueAt(spec, "volumes"));
  return z
    .array(server)
    .parse(valueAt(spec, "containers"))
    .filter((one) => !isClosed(manifests, volumes, one))
    .map(({ name }) => `${redis.name} lets in whoever comes: ${name} has no users of Secret ${redis.secret}`);
}

/** Whether a server takes its file of users, by its arguments or by its settings, and has it. */
function isClosed(
  manifests: readonly Manifest[],
  volumes: readonly unknown[],
  { name, args, volumeMounts }: z.infer<typeof server>,
): boolean {
  const files = volumes.flatMap((volume) => {
    const { data } = usersFile.safeParse(volume);
    const mount = volumeMounts.find((one) => one.name === data?.name);
    const item = data?.secret.items.find(({ key }) => key === redis.files[name]);
    return mount === undefined || item === undefined ? [] : [`${mount.mountPath}/${item.path}`];
  });
  const texts = settings.safeParse(
    manifests.find(({ kind, metadata }) => kind === "ConfigMap" && metadata.name === redis.settings),
  ).data?.data;
  const at = args.indexOf("--aclfile");
  const told = at < 0 ? /^aclfile (\S+)$/m.exec(texts?.[`${name}.conf`] ?? "")?.[1] : args[at + 1];
  return files.includes(told ?? "");
}

/** Of databases that are made here: a role for each service, by the prefix that migrations give rights to, and one for commands. */
function lintRoles(manifests: readonly Manifest[]): string[] {
  const job = manifests.find(({ kind, metadata }) => kind === "Job" && metadata.name === owner);
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
