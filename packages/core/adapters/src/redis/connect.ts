import { clusterNodes, type Sentinels, sentinels, TaplineError, takeTlsFiles } from "@tapline/core/kernel";
import { Cluster, Redis } from "ioredis";
import { defineScripts } from "./scripts.ts";
import { SteadySentinels } from "./steady-sentinels.ts";
import { tlsFromFiles } from "./tls-from-files.ts";

const pauseMs = (attempt: number): number => Math.min(50 * 2 ** Math.min(attempt, 6), 2_000);

/**
 * ioredis hangs the arguments of a command that failed on the error: the password, whole frames. Whoever logs the error would
 * log them, too. Called for each error before anybody else has it.
 */
export function dropArguments(error: Error & { command?: { name: string } }): false {
  if (error.command !== undefined) error.command = { name: error.command.name };
  return false;
}

/**
 * A server that became a replica while we were connected refuses what we write, and breaks off what waits: its commands are given to
 * the master, which the next connection finds. Nothing of them was done.
 */
function leaveReplica(error: Error & { command?: { name: string } }): false | 2 {
  dropArguments(error);
  return /\b(READONLY|UNBLOCKED)\b/.test(error.message) ? reconnectAndSendAgain : false;
}

/** As ioredis calls it. */
const reconnectAndSendAgain = 2;

/**
 * How many sentinels tell a connection of a failover: one that dies with its node is heard of by the other. Without it, what is sent to
 * a node that vanished would wait as long as the kernel repeats it.
 */
const sentinelsHeard = 2;

/** How long a command may take, for whoever cannot wait until Redis is back, ms; without it commands wait. */
export type Patience = { readonly commandTimeoutMs?: number };

/**
 * A connection to Redis that reconnects for ever with growing pauses of at most 2 s, and knows our scripts. To a cluster it is
 * a connection to each node that is needed; it takes the same commands, so it has the same type here. By sentinels it leads to
 * whichever server is the master.
 * @param whole as `redisUrlPattern` says, with user and password where the server asks for them
 * @param onError told of each connection error
 * @throws TaplineError misconfigured where it names certificates that cannot be used
 */
export function connectRedis(
  whole: string,
  onError: (error: Error) => void,
  { commandTimeoutMs }: Patience = {},
): Redis {
  const patience =
    commandTimeoutMs === undefined
      ? { maxRetriesPerRequest: null }
      : { maxRetriesPerRequest: 1, commandTimeout: commandTimeoutMs, connectTimeout: commandTimeoutMs };
  const { url, files } = takeTlsFiles(whole);
  const tls = Object.keys(files).length === 0 ? {} : { tls: tlsFromFiles(files) };
  const redis = open(url, patience, tls);
  // What fails while it signs in comes this way alone.
  redis.on("error", (error: Error) => {
    dropArguments(error);
    onError(error);
  });
  defineScripts(redis);
  return redis;
}

type Tls = { readonly tls?: ReturnType<typeof tlsFromFiles> };

type Waiting = {
  readonly maxRetriesPerRequest: number | null;
  readonly commandTimeout?: number;
  readonly connectTimeout?: number;
};

function open(url: string, waiting: Waiting, tls: Tls): Redis {
  const [nodes, watched] = [clusterNodes(url), sentinels(url)];
  if (nodes !== null)
    return new Cluster([...nodes.addresses], {
      clusterRetryStrategy: pauseMs,
      // What waits for a cluster that is away has no timeout of its own.
      enableOfflineQueue: waiting.commandTimeout === undefined,
      redisOptions: { ...waiting, reconnectOnError: dropArguments, ...nodes.credentials, ...tls },
    }) as unknown as Redis;
  const options = { ...waiting, ...tls, reconnectOnError: leaveReplica, retryStrategy: pauseMs };
  return watched === null ? new Redis(url, options) : new Redis({ ...options, ...bySentinels(watched, tls) });
}

/** The master that sentinels name; they are asked by TLS where it is. */
function bySentinels({ addresses, credentials, sentinelCredentials, master }: Sentinels, files: Tls) {
  const { tls: usual, ...signIn } = credentials;
  const tls = files.tls ?? usual;
  return {
    ...signIn,
    ...sentinelCredentials,
    ...(tls === undefined ? {} : { tls, sentinelTLS: tls, enableTLSForSentinelMode: true }),
    ...{ sentinels: [...addresses], name: master, role: "master" as const },
    ...{ sentinelRetryStrategy: pauseMs, sentinelReconnectStrategy: pauseMs },
    ...{ Connector: SteadySentinels, failoverDetector: true, sentinelMaxConnections: sentinelsHeard },
  };
}

/** Whether this connection may lead to another server than before, which lacks what was not copied to it yet. */
export function isFailingOver(redis: Redis): boolean {
  return !(redis instanceof Cluster) && (redis.options.sentinels ?? []).length > 0;
}

/** The servers that hold keys: one, or the masters of a cluster. For what is asked of a server and not of a key. */
export function serversOf(redis: Redis): Redis[] {
  return redis instanceof Cluster ? (redis as Cluster).nodes("master") : [redis];
}

/** Maps what Redis answers to our codes; anything unknown stays what it was. */
export function mapRedisError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (error.message.startsWith("NOGENERATION"))
    return new TaplineError("unavailable", "the buffer was lost and is being reconciled with the archive", {
      remedy: "wait: it opens again by itself",
      cause: error,
    });
  if (error.message.startsWith("BARRED"))
    return new TaplineError("unavailable", "the buffer is about to be flushed", {
      remedy: "wait: it takes taps again by itself",
      cause: error,
    });
  if (error.message.startsWith("FULL"))
    return new TaplineError("overloaded", "the buffer has reached its ceiling", {
      remedy: "wait until the archive takes segments again, or raise TAPLINE_BUFFER_MAX_MIB",
      facts: { retryAfterMs: 2_000 },
      cause: error,
    });
  if (error.message.includes("NOREPLICAS"))
    return new TaplineError(
      "unavailable",
      "Redis has no replica that keeps a second copy, and takes nothing",
      {
        remedy: "wait: it goes on once a replica has come up; find out why none is there (INFO replication)",
        cause: error,
      },
    );
  if (error.message.startsWith("FENCED"))
    return new TaplineError("conflict", "somebody with a newer lease has acted", {
      remedy: "end: the other process goes on",
      cause: error,
    });
  if (error.message.startsWith("OOM"))
    return new TaplineError("overloaded", "the buffer has no memory left", {
      remedy: "give Redis more memory, or find out why the archive does not take segments",
      facts: { retryAfterMs: 2_000 },
      cause: error,
    });
  return error;
}
