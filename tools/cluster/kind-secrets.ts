import { randomBytes } from "node:crypto";
import { issueHierarchy } from "@tapline/core/encryption";
import { meshServices } from "@tapline/core/telemetry";
import { roleOf, servicesRole } from "../database/index.ts";
import { generateSshKeyPair } from "../local-stack/archive-server/index.ts";
import type { Manifest } from "../mesh/index.ts";
import { aclFile, asRedisUser, type User, users } from "../redis/index.ts";

/** Under which agents and browsers come, as the manifests have it. */
export const hosts = { taps: "taps.tapline.example", console: "console.tapline.example" } as const;

const postgres = (role: string, password: string): string =>
  `postgresql://${role}:${password}@tapline-rw.tapline-data.svc.cluster.local:5432/tapline`;
const random = (): string => randomBytes(32).toString("hex");

const labels = { "app.kubernetes.io/part-of": "tapline" };
const secret = (name: string, texts: Readonly<Record<string, string>>, namespace = "tapline"): Manifest => ({
  ...{ apiVersion: "v1", kind: "Secret", type: "Opaque" },
  metadata: { name, namespace, labels },
  data: Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString("base64")]),
  ),
});
const configMap = (name: string, data: Readonly<Record<string, string>>): Manifest => ({
  ...{ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "tapline", labels } },
  data,
});

/** For the operator, which gives the role its password. */
const roleSecret = (name: string, username: string, password: string): Manifest => ({
  ...secret(name, { username, password }, "tapline-data"),
  type: "kubernetes.io/basic-auth",
});

/** By which each service signs in to PostgreSQL, and by which people's commands do. */
function databaseSecrets(): Manifest[] {
  const ofServices = meshServices.flatMap((word) => {
    const [role, password] = [roleOf(word), random()];
    return [
      roleSecret(`tapline-${word}-role`, role, password),
      secret(`tapline-database-${word}`, { "database-url": postgres(role, password) }),
    ];
  });
  return [roleSecret("tapline-services-role", servicesRole, random()), ...ofServices];
}

/** By which each service signs in to Redis, and people's commands; who looks after a trial's Redis is nobody. */
function redisSecrets(): Manifest[] {
  const passwords = new Map(users.map((user) => [user, random()]));
  const passwordOf = (user: User): string => passwords.get(user) ?? "";
  const url = (user: User) => ({
    "redis-url": asRedisUser("redis://redis.tapline-data.svc.cluster.local:6379", user, passwordOf(user)),
  });
  return [
    secret("tapline-redis-users", { "users.acl": aclFile((user) => [passwordOf(user)]) }, "tapline-data"),
    secret("tapline-redis-services", url("services"), "tapline-data"),
    ...meshServices.map((word) => secret(`tapline-redis-${word}`, url(word))),
  ];
}

/** What is made by hand before an installation: docs/cluster.md, Secrets. */
export type Keys = Readonly<{
  manifests: readonly Manifest[];
  /** PEM of the root that vouches for door and console. */
  rootPem: string;
  /** Of the archive's server, and of who signs in to it. */
  archive: Readonly<{ hostKey: string; hostKeyPin: string; clientPublicKey: string }>;
}>;

/** Makes all keys of an installation of the overlay `kind` anew; they live as long as it does. */
export async function makeKeys(): Promise<Keys> {
  const asked = { nowEpochMs: Date.now(), organisation: "Tapline on trial", agents: [] };
  const files = await issueHierarchy({ ...asked, hosts: Object.values(hosts) });
  const pem = (name: string): string => {
    const file = files[name];
    if (file === undefined) throw new Error(`no ${name} was made`);
    return file.pem;
  };
  const pick = (...names: string[]) => Object.fromEntries(names.map((name) => [name, pem(name)]));
  const [host, client, link] = [generateSshKeyPair(), generateSshKeyPair(), random()];
  const manifests = [
    ...databaseSecrets(),
    ...redisSecrets(),
    secret("tapline-process-key", { "process.key": random() }),
    secret("tapline-door", {
      ...pick("server.crt", "server.key", "root.crt", "agents-trust.pem", "agents.crt", "agents.key"),
    }),
    secret("tapline-archive", { "client.key": client.privateKey }),
    secret("tapline-signer", pick("signer.crt", "signer.key")),
    secret("tapline-audit", pick("log.key")),
    secret("tapline-alerts", { "link.key": link }),
    secret("tapline-web", { "web.secret": random(), "link.key": link }),
    // KEDA is not there: nobody asks the scaler, which wants its certificate all the same.
    secret("tapline-scaler", {
      ...{ "tls.crt": pem("server.crt"), "tls.key": pem("server.key"), "ca.crt": pem("root.crt") },
    }),
    secret("console-tls", { "tls.crt": pem("server.crt"), "tls.key": pem("server.key") }),
    configMap("tapline-certificates", pick("archive.crt", "escrow.crt", "intermediate.crt", "trust.pem")),
    configMap("tapline-door-root", pick("root.crt")),
  ];
  const archive = { hostKey: host.privateKey, hostKeyPin: host.pin, clientPublicKey: client.publicKey };
  return { manifests, rootPem: pem("root.crt"), archive };
}

/** As which migrations sign in: CloudNativePG has drawn the owner's password, in the Secret `tapline-app`. */
export const ownerSecret = (password: string): Manifest =>
  secret("tapline-database-owner", { "database-url": postgres("tapline", password) });
