import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { readManifests } from "../../../tools/mesh/index.ts";
import { writeUsers } from "../../../tools/redis/index.ts";
import { findRedis, freePort, type RunningServer, startServer } from "../../../tools/servers/index.ts";
import { temporaryFolder } from "../../../tools/test-servers/index.ts";

const pods = [0, 1, 2] as const;
const readyWithinMs = 30_000;
const settingsFile = join(import.meta.dirname, "../../../istio/components/redis-sentinel/settings.yaml");

/** A pod's two containers: their ports on loopback, and the folders that stand for its mounts. */
type Pod = Readonly<{ name: string; redis: number; sentinel: number; dir: string }>;

/**
 * The servers of the component redis-sentinel on this machine, started by its scripts on its settings and on the files that
 * `npm run redis:users` writes. Only places differ: folders for mounts, ports of localhost for pods' names. Stop it when done.
 */
export async function overlayRedis() {
  const [dir, program] = [await temporaryFolder(), await findRedis()];
  const [users, settings] = [join(dir, "users"), join(dir, "settings")];
  const made: Pod[] = [];
  for (const number of pods)
    made.push({
      ...{ name: `redis-${number}`, redis: await freePort(), sentinel: await freePort() },
      dir: join(dir, `redis-${number}`),
    });
  const sentinels = made.map(({ sentinel }) => `localhost:${sentinel}`).join(",");
  await writeUsers(users, `redis-sentinel://${sentinels}/tapline`);
  const { data } = z
    .object({ data: z.record(z.string(), z.string()) })
    .parse(readManifests(settingsFile).find(({ kind }) => kind === "ConfigMap"));
  const running = new Map<string, RunningServer>();

  const options = (pod: Pod) => ({
    cwd: pod.dir,
    env: { PATH: "/usr/bin:/bin", HOSTNAME: pod.name, LD_LIBRARY_PATH: program.libraryPath },
  });
  /** Writes what is mounted into a container, and tells where. */
  const mount = async (pod: Pod, what: "redis" | "sentinel"): Promise<string> => {
    const own = join(settings, `${pod.name}-${what}`);
    const state = join(pod.dir, what);
    const replaced = places({ pod, own, state, users, program: program.path, first: made[0] });
    await mkdir(own, { recursive: true });
    await mkdir(state, { recursive: true });
    for (const { name, sentinel } of made) await writeFile(join(own, `port-of-${name}`), String(sentinel));
    for (const [name, text] of Object.entries(data))
      await writeFile(
        join(own, name),
        replaced.reduce((so, [from, to]) => so.replaceAll(from, to), text),
      );
    return own;
  };

  const start = async (pod: Pod, what: "redis" | "sentinel"): Promise<void> => {
    const own = await mount(pod, what);
    const port = pod[what];
    running.set(
      `${pod.name} ${what}`,
      await startServer({
        ...{ name: `${what} of ${pod.name}`, program: "/bin/sh", args: [join(own, `start-${what}.sh`)] },
        ...{ options: options(pod), logFile: join(pod.dir, `${what}.log`), url: "", port },
        stopSignal: "SIGTERM",
        // A replica that has not copied yet answers all the same, with MASTERDOWN.
        ...{ isReady: () => answers(port), readyTimeoutMs: readyWithinMs },
      }),
    );
  };
  for (const pod of made) await Promise.all([start(pod, "redis"), start(pod, "sentinel")]);

  const kill = async (pod: Pod): Promise<void> => {
    const both = ["redis", "sentinel"].flatMap((what) => running.get(`${pod.name} ${what}`) ?? []);
    for (const { pid } of both) process.kill(pid, "SIGKILL");
    await Promise.all(both.map(({ exited }) => exited));
  };
  const handOver = async (pod: Pod): Promise<void> => {
    const own = join(settings, `${pod.name}-redis`);
    await Promise.all([
      promisify(execFile)("/bin/sh", [join(own, "hand-over.sh")], options(pod)),
      running.get(`${pod.name} sentinel`)?.stop(),
    ]);
    running.delete(`${pod.name} sentinel`);
  };
  return {
    pods: made,
    /** Where `npm run redis:users` wrote. */
    users,
    /** A pod that ends with its node: both its containers at once. */
    kill,
    /** How a pod's planned end begins: its server is told of it first, its sentinel ends meanwhile. */
    handOver,
    /** It comes back, on the disks that it had. */
    startAgain: (pod: Pod) => Promise.all([start(pod, "redis"), start(pod, "sentinel")]),
    stop: async (): Promise<void> => {
      await Promise.all([...running.values()].map((server) => server.stop()));
    },
  };
}

type Where = Readonly<{
  pod: Pod;
  /** The folders of its settings and of what it keeps, that of the users, and the server's program. */
  own: string;
  state: string;
  users: string;
  program: string;
  first: Pod | undefined;
}>;

/** What stands here for a cluster's places and names. */
const places = ({
  pod,
  own,
  state,
  users,
  program,
  first,
}: Where): readonly (readonly [string, string])[] => [
  ["redis-0.$domain 6379", `localhost ${first?.redis}`],
  ["$HOSTNAME.$domain 6379", `localhost ${pod.redis}`],
  ["$HOSTNAME.$domain", "localhost"],
  ['-h "$1.$domain" -p 26379', `-p "$(cat ${own}/port-of-$1)"`],
  ["port 6379", `port ${pod.redis}`],
  ["port 26379", `port ${pod.sentinel}`],
  ["exec valkey-server", `exec ${program}`],
  ["valkey-cli", program.replace(/-server$/, "-cli")],
  ["/etc/redis-settings/", `${own}/`],
  ["/etc/redis-sentinel/", `${users}/`],
  ["/etc/redis/", `${users}/`],
  ["/data", state],
];

/** Whether a server has come up, with its master's data or without. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "localhost", () => socket.write("PING\r\n"));
    socket.once("data", (chunk) => {
      socket.destroy();
      resolve(/^(\+PONG|-MASTERDOWN)/.test(chunk.toString("latin1")));
    });
    socket.once("error", () => resolve(false));
  });
}
