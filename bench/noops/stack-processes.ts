import { readFile } from "node:fs/promises";
import { get as getHttp } from "node:http";
import { get as getHttps, type RequestOptions } from "node:https";
import { join } from "node:path";
import pg from "pg";
import { Client } from "ssh2";
import { pingRedis } from "../../tools/servers/index.ts";
import type { StartedStores, Victim } from "../installation/index.ts";
import { readyLine } from "./ready-line.ts";

/** So long one question may take, ms: the door holds a connection for 10 s. */
const answerWithinMs = 15_000;

/** A process that `npm start` has once, and how whoever uses it finds that it is there. */
export type StackProcess = Readonly<{
  /** As the supervisor's log names it. */
  name: string;
  isRunBy: (victim: Victim) => boolean;
  /** Asks once, over a connection of its own. @param sinceEpochMs by which it has begun: of a port that is told in a log, no older one is asked */
  answers: (sinceEpochMs: number) => Promise<boolean>;
  logFile: string;
}>;

export type StackPlaces = Readonly<{
  dataDir: string;
  ports: Readonly<{ ingest: number; web: number; witness: number }>;
  stores: StartedStores;
}>;

/** Each process that the supervisor starts anew when it dies. */
export async function stackProcesses({ dataDir, ports, stores }: StackPlaces): Promise<StackProcess[]> {
  const pki = (name: string) => readFile(join(dataDir, "pki", name));
  const [ca, cert, key, archiveKey] = await Promise.all([
    ...["root.crt", "agent-local.crt", "agent-local.key"].map(pki),
    readFile(stores.archive.keyFile),
  ]);
  const [redis, archive] = [new URL(stores.redisUrl), new URL(stores.archive.url)];
  const part = (
    name: string,
    runs: RegExp,
    answers: (sinceEpochMs: number, logFile: string) => Promise<boolean>,
  ): StackProcess => {
    const logFile = join(dataDir, "logs", `${name}.log`);
    return {
      ...{ name, logFile },
      isRunBy: (victim) => runs.test(victim.runs),
      answers: (sinceEpochMs) => answers(sinceEpochMs, logFile).catch(() => false),
    };
  };
  const onLoopback = (port: number, path: string) => `http://127.0.0.1:${port}${path}`;
  return [
    // As an agent does: through the port that agents know, by its certificate, up to Redis and back.
    part("worker-ingest", /^ingest$/, () =>
      answersOk(`https://127.0.0.1:${ports.ingest}/v1/receipts`, { ca, cert, key }),
    ),
    part("worker-pipeline", /^buffer,/, async (sinceEpochMs, logFile) => {
      const line = await readyLine(logFile, sinceEpochMs);
      return line?.healthPort !== undefined && answersOk(onLoopback(line.healthPort, "/readyz"));
    }),
    part("web", /^console\/main\.mjs$/, () => answersOk(onLoopback(ports.web, "/sign-in"))),
    part("redis", /^(redis|valkey)-server/, () => pingRedis(Number(redis.port), redis.password)),
    part("postgres", /^postgres$/, () => selects(stores.databaseUrl)),
    part("archive", /^archive-server\//, () => lists(archive, archiveKey ?? Buffer.alloc(0))),
    part("witness", /^witness\//, () => answersOk(onLoopback(ports.witness, "/"))),
    part("agent", /^nfc-agent\//, async (sinceEpochMs, logFile) => {
      const line = await readyLine(logFile, sinceEpochMs);
      return line?.apiUrl !== undefined && answersOk(`${line.apiUrl}/readyz`);
    }),
  ];
}

/** Whether the answer is 200. @throws Error where there is none */
function answersOk(url: string, tls: Pick<RequestOptions, "ca" | "cert" | "key"> = {}): Promise<boolean> {
  const get = url.startsWith("https:") ? getHttps : getHttp;
  return new Promise((resolve, reject) => {
    const asking = get(url, { ...tls, agent: false, timeout: answerWithinMs }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asking.once("timeout", () => asking.destroy(new Error(`${url} did not answer`)));
    asking.once("error", reject);
  });
}

async function selects(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: answerWithinMs });
  client.on("error", () => {});
  try {
    await client.connect();
    return (await client.query("SELECT 1")).rowCount === 1;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Signs in to the archive and reads its root. */
function lists({ hostname, port, username }: URL, privateKey: Buffer): Promise<boolean> {
  const client = new Client();
  const found = new Promise<boolean>((resolve, reject) => {
    client.once("error", reject).once("close", () => resolve(false));
    client.once("ready", () =>
      client.sftp((error, sftp) => {
        if (error) return reject(error);
        sftp.readdir("/", (fault) => resolve(fault === undefined || fault === null));
      }),
    );
    // A server of the bench's own, on loopback.
    client.connect({ host: hostname, port: Number(port), username, privateKey, hostVerifier: () => true });
  });
  return found.finally(() => client.end());
}
