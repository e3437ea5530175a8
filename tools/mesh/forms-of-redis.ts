import { z } from "zod";
import {
  between,
  identity,
  image,
  mounts,
  resources,
  restricted,
  runsAsNobody,
  spread,
  tupleOf,
  volumes,
} from "./forms-of-pods.ts";
import { budget, ofTapline, selector } from "./forms-of-workloads.ts";

/** The forms of a Redis that is made here, field for field: one by itself, or three of which each has a sentinel beside it. */

const is = z.literal;
const named = { "app.kubernetes.io/name": is("redis") };
const redisPort = { name: "tcp-redis", number: 6_379 };
const sentinelPort = { name: "tcp-sentinel", number: 26_379 };
type Port = typeof redisPort;

/** "Durable" is true by these arguments alone: each write on disk before its answer, and nothing evicted. */
const durable = ["--appendonly", "yes", "--appendfsync", "always", "--maxmemory", "1536mb"] as const;
const redisArguments = [
  ...[...durable, "--maxmemory-policy", "noeviction"],
  ...["--dir", "/data", "--aclfile", "/etc/redis/users.acl"],
].map((text) => is(text));

const container = ({ name }: Port, word: string, ping: readonly string[]) => ({
  ...{ name: is(word), image, securityContext: restricted },
  readinessProbe: z.strictObject({
    exec: z.strictObject({ command: tupleOf(["valkey-cli", ...ping].map((text) => is(text))) }),
    periodSeconds: between(1, 10),
  }),
  livenessProbe: z.strictObject({
    tcpSocket: z.strictObject({ port: is(name) }),
    ...{ periodSeconds: is(10), failureThreshold: between(6, 12) },
  }),
  resources: resources({}),
});
const opened = ({ name, number }: Port) =>
  z.tuple([z.strictObject({ name: is(name), containerPort: is(number) })]);
const pod = {
  ...{ ...identity("redis"), terminationGracePeriodSeconds: between(30, 120) },
  securityContext: z.strictObject({ ...runsAsNobody(999), fsGroup: is(999) }),
};

const redisPod = z.strictObject({
  ...pod,
  containers: z.tuple([
    z.strictObject({
      ...container(redisPort, "redis", ["-e", "ping"]),
      ...{ args: tupleOf(redisArguments), ports: opened(redisPort), volumeMounts: mounts },
    }),
  ]),
  volumes,
});

/** A server whose script makes its settings on the disk that it has. */
function started(port: Port, word: string, disk: string, secret: string, folder: string) {
  const read = (name: string, path: string) =>
    z.strictObject({ name: is(name), mountPath: is(path), readOnly: is(true) });
  return z.strictObject({
    ...container(port, word, ["-p", String(port.number), "-e", "ping"]),
    command: z.tuple([is("sh"), is(`/etc/redis-settings/start-${word}.sh`)]),
    ports: opened(port),
    volumeMounts: z.tuple([
      z.strictObject({ name: is(disk), mountPath: is("/data") }),
      read("settings", "/etc/redis-settings"),
      read(secret, folder),
    ]),
  });
}

/** Of the one Secret each container is given what its own server reads. */
function secretFiles(name: string, keys: readonly string[]) {
  const items = keys.map((key) => z.strictObject({ key: is(key), path: is(key) }));
  return z.strictObject({
    name: is(name),
    secret: z.strictObject({
      ...{ secretName: is("tapline-redis-users"), defaultMode: is(0o440), items: tupleOf(items) },
    }),
  });
}

/** A master hands over before its pod ends. */
const handsOver = z.strictObject({
  preStop: z.strictObject({
    exec: z.strictObject({ command: z.tuple([is("sh"), is("/etc/redis-settings/hand-over.sh")]) }),
  }),
});

const watchedPod = z.strictObject({
  ...pod,
  topologySpreadConstraints: z.tuple([
    spread("kubernetes.io/hostname", named),
    spread("topology.kubernetes.io/zone", named),
  ]),
  containers: z.tuple([
    started(redisPort, "redis", "data", "users", "/etc/redis").extend({ lifecycle: handsOver }),
    started(sentinelPort, "sentinel", "agreed", "watch", "/etc/redis-sentinel"),
  ]),
  volumes: z.tuple([
    z.strictObject({ name: is("settings"), configMap: z.strictObject({ name: is("redis-settings") }) }),
    secretFiles("users", ["users.acl", "replica.conf"]),
    secretFiles("watch", ["sentinels.acl", "watch.conf"]),
  ]),
});

const claim = (name: string) =>
  z.strictObject({
    metadata: z.strictObject({ name: is(name) }),
    spec: z.strictObject({
      accessModes: z.tuple([is("ReadWriteOnce")]),
      resources: z.strictObject({ requests: z.strictObject({ storage: z.string().regex(/^\d+Gi$/) }) }),
    }),
  });

const statefulSet = (template: z.ZodType, disks: readonly string[], spec: z.ZodRawShape) =>
  z.looseObject({
    metadata: z.looseObject({
      labels: z.strictObject({ ...named, ...ofTapline, "tapline.dev/service": is("redis") }),
    }),
    spec: z.strictObject({
      ...{ ...spec, serviceName: is("redis"), selector: selector(named) },
      template: z.strictObject({
        metadata: z.strictObject({ labels: z.strictObject({ ...ofTapline, ...named, app: is("redis") }) }),
        spec: template,
      }),
      volumeClaimTemplates: tupleOf(disks.map(claim)),
    }),
  });

// Two would be two Redis, each with a part of the taps.
const single = statefulSet(redisPod, ["data"], { replicas: is(1) });
// In order a replica would wait for ever for a master with a higher number.
const watched = statefulSet(watchedPod, ["data", "agreed"], {
  ...{ replicas: is(3), podManagementPolicy: is("Parallel") },
});

const service = (spec: z.ZodRawShape, ports: readonly Port[]) =>
  z.looseObject({
    spec: z.strictObject({
      ...{ ...spec, selector: z.strictObject(named) },
      ports: tupleOf(
        ports.map(({ name, number }) =>
          z.strictObject({ name: is(name), port: is(number), targetPort: is(number) }),
        ),
      ),
    }),
  });
const singleService = service({ type: is("ClusterIP").optional() }, [redisPort]);
/** Each pod has a name beneath it, ready or not: sentinels look for those that are not. */
const watchedService = service({ clusterIP: is("None"), publishNotReadyAddresses: is(true) }, [
  redisPort,
  sentinelPort,
]);

/** @param isWatched whether there are three, with sentinels */
export const redisStatefulSet = (isWatched: boolean): z.ZodType => (isWatched ? watched : single);
export const redisService = (isWatched: boolean): z.ZodType => (isWatched ? watchedService : singleService);
export const redisBudget = budget(named);
