import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort, startRedis } from "../servers/index.ts";
import { askRedis } from "./ask-redis.ts";
import { temporaryFolder } from "./own-server.ts";

const slots = 16_384;
const masters = 3;
const agreedWithinMs = 20_000;

/** A Redis Cluster of three masters of your own, without replicas, durable as in production. Stop it when done. */
export async function ownRedisCluster() {
  const [password, dir] = [randomBytes(24).toString("hex"), await temporaryFolder()];
  const nodes = await Promise.all(
    Array.from({ length: masters }, async (_, i) => {
      const busPort = await freePort();
      const settings = ["cluster-enabled yes", `cluster-port ${busPort}`, `masterauth ${password}`];
      const server = await startRedis({ dataDir: join(dir, `node-${i}`), password, settings });
      return { ...server, busPort };
    }),
  );
  const ask = (port: number, command: string) => askRedis(port, password, command);
  for (const [i, { port }] of nodes.entries()) {
    const [first, last] = [i, i + 1].map((n) => Math.floor((slots * n) / masters));
    await ask(port, `CLUSTER ADDSLOTSRANGE ${first} ${(last ?? slots) - 1}`);
  }
  for (const { port, busPort } of nodes.slice(1))
    await ask(nodes[0]?.port ?? 0, `CLUSTER MEET 127.0.0.1 ${port} ${busPort}`);
  const end = Date.now() + agreedWithinMs;
  for (const { port } of nodes)
    while (!(await ask(port, "CLUSTER INFO")).includes("cluster_state:ok")) {
      if (Date.now() > end) throw new Error("the nodes of the Redis Cluster did not agree");
      await sleep(50);
    }
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`).join(",");
  return {
    url: `redis-cluster://:${password}@${addresses}`,
    nodes,
    stop: async (): Promise<void> => {
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
}
