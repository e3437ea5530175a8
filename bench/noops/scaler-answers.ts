import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ChannelCredentials, makeGenericClientConstructor, type ServiceError } from "@grpc/grpc-js";
import { connectRedis, WishBoard } from "@tapline/adapters/redis";
import { ExternalScalerDefinition, GetMetricsRequest, GetMetricsResponse } from "@tapline/core/balance";
import { issueHierarchy } from "@tapline/core/encryption";
import { freePort } from "../../tools/servers/index.ts";
import { ofType, startChild } from "../child.ts";
import { baseEnvironment } from "../installation/index.ts";
import { type Stores, startStores } from "../site/start-stores.ts";

const service = "ingest";
const clients = 8;
const inFlight = 16;
const beginWithinMs = 60_000;

type Ask = () => Promise<GetMetricsResponse>;

/** Answers per second of the scaler as it runs in production, asked as KEDA asks it: gRPC over TLS 1.3, eight clients. */
export async function scalerAnswers(
  { rounds, asks }: { readonly rounds: number; readonly asks: number },
  faults: string[],
): Promise<number[]> {
  const stores = await startStores();
  const port = await freePort();
  const files = await pkiIn(stores);
  const worker = startChild("../../apps/worker/src/main.ts", import.meta.url, {
    ...baseEnvironment(),
    ...{ NODE_ENV: "production", LOG_LEVEL: "error", ROLE: "telemetry,balance" },
    ...{ DATABASE_URL: stores.servicesUrl, REDIS_URL: stores.redisUrl, TAPLINE_SCALER_PORT: String(port) },
    TAPLINE_SCALER_CERT: join(stores.dir, "scaler", "server.crt"),
    TAPLINE_SCALER_KEY: join(stores.dir, "scaler", "server.key"),
    TAPLINE_SCALER_CA: join(stores.dir, "scaler", "agents-trust.pem"),
  });
  const open: { readonly close: () => void }[] = [];
  try {
    await worker.next(ofType("ready"));
    await wished(stores);
    const all = Array.from({ length: clients }, () => {
      const { ask, close } = connect(port, files);
      open.push({ close });
      return ask;
    });
    await run(all, Math.ceil(asks / 10), faults);
    const rates: number[] = [];
    for (let round = 0; round < rounds; round++) rates.push(await run(all, asks, faults));
    return rates;
  } finally {
    for (const client of open) client.close();
    await worker.stop();
    await stores.stop();
  }
}

async function pkiIn({ dir }: Stores): Promise<Record<string, { readonly pem: string }>> {
  const files = await issueHierarchy({
    ...{ nowEpochMs: Date.now(), organisation: "Bench", agents: ["keda"], hosts: [] },
  });
  await mkdir(join(dir, "scaler"));
  for (const [name, { pem }] of Object.entries(files)) await writeFile(join(dir, "scaler", name), pem);
  return files;
}

/** Waits until wishes are told. */
async function wished({ redisUrl }: Stores): Promise<void> {
  const redis = connectRedis(redisUrl, () => undefined);
  const board = new WishBoard(redis);
  try {
    for (const end = Date.now() + beginWithinMs; (await board.latest()) === null; await sleep(50))
      if (Date.now() > end) throw new Error("nobody tells wishes");
  } finally {
    redis.disconnect();
  }
}

function connect(
  port: number,
  files: Record<string, { readonly pem: string }>,
): { ask: Ask; close: () => void } {
  const pem = (name: string): Buffer => Buffer.from(files[name]?.pem ?? "");
  const { fullName, methods } = ExternalScalerDefinition;
  const Client = makeGenericClientConstructor(
    {
      getMetrics: {
        path: `/${fullName}/${methods.getMetrics.name}`,
        ...{ requestStream: false, responseStream: false },
        requestSerialize: (message: GetMetricsRequest) =>
          Buffer.from(GetMetricsRequest.encode(message).finish()),
        requestDeserialize: (bytes: Buffer) => GetMetricsRequest.decode(bytes),
        responseSerialize: (message: GetMetricsResponse) =>
          Buffer.from(GetMetricsResponse.encode(message).finish()),
        responseDeserialize: (bytes: Buffer) => GetMetricsResponse.decode(bytes),
      },
    },
    "ExternalScaler",
  );
  const credentials = ChannelCredentials.createSsl(
    pem("root.crt"),
    pem("agent-keda.key"),
    pem("agent-keda.crt"),
  );
  const client = new Client(`localhost:${port}`, credentials, { "grpc.use_local_subchannel_pool": 1 });
  const request: GetMetricsRequest = {
    scaledObjectRef: { name: "worker", namespace: "tapline", scalerMetadata: { service } },
    metricName: `tapline-wish-${service}`,
  };
  const getMetrics = client.getMetrics?.bind(client);
  if (getMetrics === undefined) throw new Error("the client has no such method");
  const ask: Ask = () =>
    new Promise((resolve, reject) =>
      getMetrics(request, (error: ServiceError | null, response: GetMetricsResponse) =>
        error === null ? resolve(response) : reject(error),
      ),
    );
  return { ask, close: () => client.close() };
}

/** @returns answers per second */
async function run(all: readonly Ask[], asks: number, faults: string[]): Promise<number> {
  let [left, wrong] = [asks, 0];
  const began = performance.now();
  await Promise.all(
    all.flatMap((ask) =>
      Array.from({ length: inFlight }, async () => {
        while (left-- > 0) {
          const { metricValues } = await ask();
          if ((metricValues[0]?.metricValueFloat ?? 0) < 1) wrong++;
        }
      }),
    ),
  );
  if (wrong > 0) faults.push(`${wrong} answers of the scaler had no wish`);
  return (asks * 1_000) / (performance.now() - began);
}
