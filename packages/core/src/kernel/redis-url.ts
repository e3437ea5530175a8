/**
 * Where Redis is: `redis://` or `rediss://` (TLS) for one server, `redis-cluster://` or `rediss-cluster://` for a cluster, as in
 * `redis-cluster://user:password@host:port,host:port`: some of its nodes, which name the others.
 */
export const redisUrlPattern =
  /^(rediss?:\/\/[^\s,]+|rediss?-cluster:\/\/([^@\s]*@)?[^@\s,/]+:\d+(,[^@\s,/]+:\d+)*)$/;

/** Nodes of a cluster, and what lets us in. */
export type ClusterNodes = {
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
  readonly credentials: {
    readonly username?: string;
    readonly password?: string;
    readonly tls?: Record<string, never>;
  };
};

/** The nodes that a cluster's URL names; null where it is the URL of one server. */
export function clusterNodes(url: string): ClusterNodes | null {
  const [, scheme = "", user, list = ""] = /^(rediss?)-cluster:\/\/(?:([^@]*)@)?([^@/]+)$/.exec(url) ?? [];
  if (scheme === "") return null;
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
