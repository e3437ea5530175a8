import { TaplineError } from "./errors.ts";

/**
 * Where Redis is: `redis://` or `rediss://` (TLS) for one server; `redis-cluster://` for a cluster, as in
 * `redis-cluster://user:password@host:port,host:port`: some of its nodes, which name the others; `redis-sentinel://` for a server with
 * replicas, as in `redis-sentinel://user:password@host:port,host:port/master`: some of the sentinels, and the name under which they
 * watch it. Both have a form with TLS, `rediss-cluster://` and `rediss-sentinel://`. With TLS the parameters `sslrootcert`, `sslcert`
 * and `sslkey` name PEM files, as they do in PostgreSQL's URLs.
 */
export const redisUrlPattern =
  /^(rediss?:\/\/[^\s,]+|rediss?-(cluster:\/\/([^@\s]*@)?[^@\s,/?]+:\d+(,[^@\s,/?]+:\d+)*|sentinel:\/\/([^@\s]*@)?[^@\s,/?]+:\d+(,[^@\s,/?]+:\d+)*\/[\w.-]+)(\?[^\s]*)?)$/;

/** What a setting that is no such URL must be. */
export const redisUrlForms =
  "must be redis://, rediss://, redis-cluster://[user:password@]host:port,host:port or redis-sentinel://[user:password@]host:port,host:port/master";

type Address = { readonly host: string; readonly port: number };

/** Nodes of a cluster, and what lets us in. */
export type ClusterNodes = {
  readonly addresses: readonly Address[];
  readonly credentials: {
    readonly username?: string;
    readonly password?: string;
    readonly tls?: Record<string, never>;
  };
};

/** Sentinels, the name under which they watch a server, and what lets us in to that server. */
export type Sentinels = ClusterNodes & {
  readonly master: string;
  /** What lets us in to the sentinels, by the parameters `sentinelusername` and `sentinelpassword`; without them nobody signs in there. */
  readonly sentinelCredentials: { readonly sentinelUsername?: string; readonly sentinelPassword?: string };
};

/** The nodes that a cluster's URL names; null where it is another kind of URL. */
export function clusterNodes(url: string): ClusterNodes | null {
  const [, scheme = "", user, list = ""] = /^(rediss?)-cluster:\/\/(?:([^@]*)@)?([^@/]+)$/.exec(url) ?? [];
  return scheme === "" ? null : nodesOf(scheme, user, list);
}

/** The sentinels that a URL names; null where it is another kind of URL. */
export function sentinels(url: string): Sentinels | null {
  const [base = "", query = ""] = url.split("?", 2);
  const pattern = /^(rediss?)-sentinel:\/\/(?:([^@]*)@)?([^@/]+)\/(.+)$/;
  const [, scheme = "", user, list = "", master = ""] = pattern.exec(base) ?? [];
  if (scheme === "") return null;
  const parameters = new URLSearchParams(query);
  const [name, password] = ["sentinelusername", "sentinelpassword"].map((each) => parameters.get(each));
  return {
    ...nodesOf(scheme, user, list),
    master,
    sentinelCredentials: {
      ...(name ? { sentinelUsername: name } : {}),
      ...(password ? { sentinelPassword: password } : {}),
    },
  };
}

function nodesOf(scheme: string, user: string | undefined, list: string): ClusterNodes {
  const [username = "", password = ""] = (user ?? "").split(":").map(decodeURIComponent);
  return {
    addresses: list.split(",").map((address) => {
      const end = address.lastIndexOf(":");
      return { host: address.slice(0, end).replace(/^\[|\]$/g, ""), port: Number(address.slice(end + 1)) };
    }),
    credentials: {
      ...(username === "" ? {} : { username }),
      ...(password === "" ? {} : { password }),
      ...(scheme === "rediss" ? { tls: {} } : {}),
    },
  };
}

/** PEM files that a connection by TLS is made with; without `ca` the machine's own authorities count. */
export type RedisTlsFiles = { readonly ca?: string; readonly cert?: string; readonly key?: string };

/**
 * A URL without the parameters that name files, and those files.
 * @throws TaplineError misconfigured where files are named without TLS, or one of certificate and key alone
 */
export function takeTlsFiles(whole: string): { readonly url: string; readonly files: RedisTlsFiles } {
  const [base = "", query = ""] = whole.split("?", 2);
  const parameters = new URLSearchParams(query);
  const files: { -readonly [Name in keyof RedisTlsFiles]: string } = {};
  for (const [name, parameter] of fileParameters) {
    const path = parameters.get(parameter);
    if (path !== null && path !== "") files[name] = path;
    parameters.delete(parameter);
  }
  const mode = parameters.get("sslmode") ?? onlyMode;
  if (mode !== onlyMode)
    throw misconfigured(
      `REDIS_URL says sslmode=${mode}`,
      `say sslmode=${onlyMode}, or nothing: it is always so`,
    );
  parameters.delete("sslmode");
  if ((files.cert === undefined) !== (files.key === undefined))
    throw misconfigured("only one of sslcert and sslkey stands in REDIS_URL", "name both, or neither");
  if (Object.keys(files).length > 0 && !base.startsWith("rediss"))
    throw misconfigured("REDIS_URL names certificates and is a URL without TLS", "begin it with rediss");
  return { url: parameters.size === 0 ? base : `${base}?${parameters.toString()}`, files };
}

const fileParameters = [
  ["ca", "sslrootcert"],
  ["cert", "sslcert"],
  ["key", "sslkey"],
] as const;

/** Redis's certificates are always checked so. */
const onlyMode = "verify-full";

function misconfigured(message: string, remedy: string): TaplineError {
  return new TaplineError("misconfigured", message, { remedy });
}
