import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { createSecureServer } from "node:http2";
import type { AddressInfo, Server as NetServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { freePort } from "../../tools/servers/index.ts";
import { serviceUri } from "../../tools/test-servers/mesh-certificates.ts";
import { Mesh, type MeshOptions } from "./mesh.ts";
import { openReceiver, type Receiver } from "./receiver.ts";
import { tryDoors } from "./refusals.ts";
import type { Sidecar } from "./relay.ts";

let dir: string;
let collector: Receiver;
let listening: NetServer[];
let mesh: Mesh | undefined;

beforeEach(async () => {
  [dir, listening, mesh] = [await mkdtemp(join(tmpdir(), "tapline-mesh-")), [], undefined];
  collector = await openReceiver();
});
afterEach(async () => {
  await mesh?.close();
  for (const server of listening) server.close();
  collector.close();
  await rm(dir, { recursive: true, force: true });
});

async function listen(server: NetServer, host: string | undefined): Promise<number> {
  listening.push(server);
  await once(server.listen(0, host), "listening");
  return (server.address() as AddressInfo).port;
}

const answering = (): Server =>
  createServer((request, response) => void request.resume().on("end", () => response.end("ok")));

/**
 * A mesh around what stands for the console and for the process that answers KEDA.
 * @param scalerTrusts whose certificates the scaler takes; default: those of KEDA's authority
 */
async function meshAround(
  loosen: NonNullable<MeshOptions["loosen"]> = (sidecar) => sidecar,
  scalerTrusts: "keda" | "mesh" = "keda",
): Promise<Mesh> {
  const made = new Mesh({ loosen, collector: collector.place });
  mesh = made;
  await made.open(dir, { ingestPort: await freePort(), streamPort: await freePort() });
  const web = await made.settings("web");
  const webAt = async () => await listen(answering(), web.TAPLINE_WEB_HOST);
  await made.admit("web", { port: await webAt(), healthPort: await webAt() }, web);
  const balance = await made.settings("balance");
  const read = async (name: string) => await readFile(balance[`TAPLINE_SCALER_${name}`] ?? "");
  const ca = scalerTrusts === "keda" ? await read("CA") : await readFile((await made.peer("keda")).ca);
  const scaler = createSecureServer({
    ...{ cert: await read("CERT"), key: await read("KEY"), ca },
    ...{ requestCert: true, rejectUnauthorized: true },
  }).on("stream", (stream) => stream.respond({ ":status": 200 }, { endStream: true }));
  const ready = {
    scalerPort: await listen(scaler, balance.TAPLINE_SCALER_HOST),
    healthPort: await listen(answering(), balance.TAPLINE_HEALTH_HOST),
  };
  await made.admit("balance", ready, balance);
  return made;
}

/** Changes of proxies by the door that they stand before. */
const changing =
  (changes: Readonly<Record<string, Partial<Sidecar>>>): NonNullable<MeshOptions["loosen"]> =>
  (sidecar, { port, service }) => ({ ...sidecar, ...changes[`${port} of ${service}`] });

test("who may call is let through by a mesh as it should be, and nobody else", async () => {
  const around = await meshAround();
  expect([...around.doors.values()].map(({ service, port }) => `${service} ${port}`).sort()).toEqual([
    ...["balance http-metrics", "balance tls-scaler", "collector http-otlp"],
    ...["web http-metrics", "web http-web"],
  ]);
  expect(await tryDoors(around)).toEqual([]);
}, 120_000);

test("each proxy that lets through whom it should not is found out", async () => {
  const some = ["ingress", "buffer"].map(serviceUri);
  const loosened = changing({
    "http-web of web": { allowed: some },
    "http-metrics of web": { asks: "nothing" },
    "http-metrics of balance": { asks: "tls", allowed: "anybody" },
    "http-otlp of collector": { allowed: "anybody" },
  });
  const faults = await tryDoors(await meshAround(loosened, "mesh"));
  expect(faults.filter((fault) => fault.endsWith("http-web of web"))).toEqual([
    "buffer is let through to http-web of web",
  ]);
  expect(faults).toContain("http-metrics of web is reached in clear text");
  expect(faults).toContain("http-metrics of balance is reached without a certificate");
  expect(faults.filter((fault) => fault.endsWith("http-otlp of collector"))).toEqual(
    ["ingress", "prometheus", "keda", "collector"].map(
      (caller) => `${caller} is let through to http-otlp of collector`,
    ),
  );
  expect(faults).toContain("ingest is let through to tls-scaler of balance");
}, 120_000);

test("so is one that lets through nobody, and a scaler that turns the autoscaler away", async () => {
  const closed = changing({ "http-web of web": { allowed: [] } });
  const faults = await tryDoors(await meshAround(closed, "mesh"));
  expect(faults).toContain("ingress is refused by http-web of web");
  expect(faults).toContain("the autoscaler is refused by tls-scaler of balance");
}, 120_000);
