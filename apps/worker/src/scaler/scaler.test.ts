import { once } from "node:events";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { ChannelCredentials, makeGenericClientConstructor, type ServiceError, status } from "@grpc/grpc-js";
import type {
  GetMetricSpecResponse,
  GetMetricsRequest,
  GetMetricsResponse,
  IsActiveResponse,
  ScaledObjectRef,
  Wishes,
} from "@tapline/core/balance";
import { issueHierarchy } from "@tapline/core/encryption";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { ScalerAnswers } from "./answers.ts";
import { createScalerServer, type RunningScaler } from "./create-scaler-server.ts";
import { scalerService } from "./service.ts";

type Unary<Request, Response> = (
  request: Request,
  done: (error: ServiceError | null, response: Response) => void,
) => void;

type Scaler = {
  isActive: Unary<ScaledObjectRef, IsActiveResponse>;
  getMetricSpec: Unary<ScaledObjectRef, GetMetricSpecResponse>;
  getMetrics: Unary<GetMetricsRequest, GetMetricsResponse>;
  streamIsActive: (request: ScaledObjectRef) => AsyncIterable<IsActiveResponse> & { cancel: () => void };
  close: () => void;
};

let files: Awaited<ReturnType<typeof issueHierarchy>>;
let server: RunningScaler;
let wishes: Wishes | null;
let reads: number;
let nowMs: number;
let open: Scaler[];
let dialled: TLSSocket[];

const pem = (name: string): string => files[name]?.pem ?? "";

beforeAll(async () => {
  files = await issueHierarchy({
    nowEpochMs: Date.now(),
    organisation: "Test",
    agents: ["keda", "greedy"],
    hosts: [],
  });
});
beforeEach(async () => {
  [wishes, reads, nowMs, open, dialled] = [told(7), 0, 0, [], []];
  const board = {
    latest: async () => {
      reads++;
      return wishes;
    },
  };
  server = await createScalerServer(new ScalerAnswers(board, () => nowMs), {
    ...{ host: "127.0.0.1", port: 0 },
    tls: { cert: pem("server.crt"), key: pem("server.key"), clientCa: pem("agents-trust.pem") },
  });
});
afterEach(async () => {
  for (const client of open) client.close();
  for (const socket of dialled) socket.destroy();
  await server.stop(1_000);
});

function told(wish: number): Wishes {
  const none = { replicas: null, arrivalsPerSecond: null, serviceMs: null, queued: null, oldestAgeMs: null };
  const readings = { ...none, atEpochMs: 1, p99Ms: null, cpuRatio: null };
  const of = { service: "ingest", atEpochMs: 1, readings, wish, reactive: wish, forecast: null };
  return { atEpochMs: 1, services: [{ ...of, why: [], mayLower: true }] };
}

function connect(name = "agent-keda"): Scaler {
  const Client = makeGenericClientConstructor(scalerService, "ExternalScaler");
  const credentials = ChannelCredentials.createSsl(
    Buffer.from(pem("root.crt")),
    ...(name === "" ? [] : [Buffer.from(pem(`${name}.key`)), Buffer.from(pem(`${name}.crt`))]),
  );
  const client = new Client(`127.0.0.1:${server.port}`, credentials) as unknown as Scaler;
  open.push(client);
  return client;
}

const ref = (service?: string): ScaledObjectRef => ({
  ...{ name: "worker-ingest", namespace: "tapline" },
  scalerMetadata: service === undefined ? {} : { service, scalerAddress: "balance:7446" },
});

async function ask<Request, Response>(method: Unary<Request, Response>, request: Request): Promise<Response> {
  return await new Promise((resolve, reject) =>
    method(request, (error, response) => (error === null ? resolve(response) : reject(error))),
  );
}

test("an autoscaler is told the wish, against a target of one for each replica", async () => {
  const client = connect();
  expect(await ask(client.isActive.bind(client), ref("ingest"))).toEqual({ result: true });
  expect(await ask(client.getMetricSpec.bind(client), ref("ingest"))).toEqual({
    metricSpecs: [{ metricName: "tapline-wish-ingest", targetSize: 1, targetSizeFloat: 1 }],
  });
  const asked = { scaledObjectRef: ref("ingest"), metricName: "tapline-wish-ingest" };
  expect(await ask(client.getMetrics.bind(client), asked)).toEqual({
    metricValues: [{ metricName: "tapline-wish-ingest", metricValue: 7, metricValueFloat: 7 }],
  });
});

test("a stream says at once that a service is active, and stays open until the scaler ends", async () => {
  const stream = connect().streamIsActive(ref("ingest"))[Symbol.asyncIterator]();
  expect((await stream.next()).value).toEqual({ result: true });
  const ended = stream.next();
  await server.stop(5_000);
  expect((await ended).done).toBe(true);
});

test("nobody who asks gets a number where nobody tells wishes: an autoscaler then changes nothing", async () => {
  const client = connect();
  wishes = null;
  const asked = { scaledObjectRef: ref("ingest"), metricName: "tapline-wish-ingest" };
  await expect(ask(client.getMetrics.bind(client), asked)).rejects.toMatchObject({
    code: status.UNAVAILABLE,
    details: "nobody tells how many replicas of ingest are needed",
  });
});

test.each([[ref()], [ref("oven")]])("a trigger that names no service of ours is told so", async (of) => {
  const client = connect();
  for (const method of [client.isActive, client.getMetricSpec])
    await expect(ask<ScaledObjectRef, unknown>(method.bind(client), of)).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
    });
  const asked = { scaledObjectRef: of, metricName: "" };
  await expect(ask(client.getMetrics.bind(client), asked)).rejects.toMatchObject({
    code: status.INVALID_ARGUMENT,
  });
  await expect(client.streamIsActive(of)[Symbol.asyncIterator]().next()).rejects.toMatchObject({
    code: status.INVALID_ARGUMENT,
  });
});

test("who has no certificate of the named authority is told nothing", async () => {
  for (const name of ["", "signer"]) {
    const client = connect(name);
    await expect(ask(client.isActive.bind(client), ref("ingest"))).rejects.toMatchObject({
      code: status.UNAVAILABLE,
    });
  }
});

/** A connection of the named client's own, TLS 1.3 and HTTP/2, once it is there. */
async function dial(name: string): Promise<TLSSocket> {
  const socket = connectTls({
    ...{ host: "127.0.0.1", port: server.port, ca: pem("root.crt"), ALPNProtocols: ["h2"] },
    ...{ key: pem(`${name}.key`), cert: pem(`${name}.crt`), servername: "localhost" },
    checkServerIdentity: () => undefined,
  });
  // Closed by the other side, it may say so by an error.
  socket.on("error", () => undefined);
  dialled.push(socket);
  // The server's settings: it has taken the connection.
  await once(socket, "data");
  return socket;
}

test("who opens one connection after another loses the oldest, and others are answered still", async () => {
  const client = connect();
  const sockets: TLSSocket[] = [];
  for (let i = 0; i < 20; i++) sockets.push(await dial("agent-greedy"));
  await vi.waitFor(() => expect(sockets.filter(({ closed }) => !closed)).toHaveLength(16), {
    timeout: 20_000,
  });
  expect(sockets.slice(0, 4).every(({ closed }) => closed)).toBe(true);
  expect(await ask(client.isActive.bind(client), ref("ingest"))).toEqual({ result: true });
});

test("on one connection no more streams stand than are bounded, and who has another is answered", async () => {
  const client = connect();
  const streams = Array.from({ length: 64 }, () => client.streamIsActive(ref("ingest")));
  await Promise.all(streams.map((stream) => stream[Symbol.asyncIterator]().next()));
  const answered: unknown[] = [];
  // It waits or is refused, by whether the client has heard of the bound yet.
  const more = ask(client.isActive.bind(client), ref("ingest")).then(
    (answer) => answered.push(answer),
    () => undefined,
  );
  const other = connect("agent-greedy");
  expect(await ask(other.isActive.bind(other), ref("ingest"))).toEqual({ result: true });
  expect(answered).toEqual([]);
  for (const stream of streams) stream.cancel();
  await more;
});

test("wishes are read once for all who ask at the same moment, and anew a quarter of a second later", async () => {
  const client = connect();
  const asked = { scaledObjectRef: ref("ingest"), metricName: "tapline-wish-ingest" };
  const metrics = client.getMetrics.bind(client);
  await Promise.all(Array.from({ length: 20 }, () => ask(metrics, asked)));
  expect(reads).toBe(1);
  [wishes, nowMs] = [told(9), 250];
  expect((await ask(metrics, asked)).metricValues[0]?.metricValue).toBe(9);
});
