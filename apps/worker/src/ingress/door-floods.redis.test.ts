import { once } from "node:events";
import { connect, type TLSSocket } from "node:tls";
import { gzipSync } from "node:zlib";
import { Agent, request } from "undici";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import type { RunningIngest } from "../roles/ingest.ts";
import { setUpIngest, type TestIngest } from "./stream/ingest.fixture.ts";
import { ingestService } from "./stream/service.ts";

const mebibyte = 1024 * 1024;
const one = JSON.stringify({ epoch: 1, seq: 1, readAtEpochMs: 1, reader: "r", payload: "AAEC" });

let ingest: TestIngest;
let door: RunningIngest;

beforeAll(async () => {
  ingest = await setUpIngest(["gate-1", "gate-2", "gate-3", "gate-4"]);
  await ingest.buffer.openGeneration("life-1");
  door = await ingest.start({ tapsPerSecond: 1_000 });
});
afterAll(async () => {
  await door.stop(1_000);
  await ingest.end();
});

const tlsOf = (agent: string) => ({
  ca: ingest.pem("root.crt"),
  cert: ingest.pem(`agent-${agent}.crt`),
  key: ingest.pem(`agent-${agent}.key`),
});

async function post(agent: string, body: string | Buffer, path = "/v1/taps"): Promise<number> {
  const dispatcher = new Agent({ connect: tlsOf(agent) });
  onTestFinished(() => dispatcher.destroy());
  const packed = typeof body === "string" ? {} : { "content-encoding": "gzip" };
  const answer = await request(`https://localhost:${door.port}${path}`, {
    ...{ method: "POST", body, dispatcher },
    headers: { "content-type": "application/json", ...packed },
  });
  await answer.body.dump();
  return answer.statusCode;
}

/** A connection of gate-1 on which a body is begun and not ended. */
async function begun(): Promise<TLSSocket> {
  const socket = connect({ port: door.port, host: "localhost", ...tlsOf("gate-1") });
  socket.on("error", () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, "secureConnect");
  const head = ["POST /v1/taps HTTP/1.1", "host: door", "content-type: application/json"];
  socket.write([...head, "content-length: 1000", "", "{"].join("\r\n"));
  return socket;
}

test("an agent that holds bodies open on ever more connections loses the oldest; nobody else does", async () => {
  const sockets: TLSSocket[] = [];
  for (let i = 0; i < 66; i++) sockets.push(await begun());
  await expect.poll(() => sockets.filter(({ destroyed }) => destroyed).length).toBe(2);
  expect(sockets.slice(0, 2).every(({ destroyed }) => destroyed)).toBe(true);
  expect(await post("gate-2", one)).toBe(202);
  expect(await post("gate-1", one)).toBe(202);
});

test("an agent whose small bodies unpack to large ones is told to wait, and nobody else is", async () => {
  const bomb = gzipSync(`{"epoch":1,"taps":[{}],"x":"${" ".repeat(2 * mebibyte - 100)}"}`);
  const answers: number[] = [];
  for (let i = 0; i < 8; i++) answers.push(await post("gate-3", bomb));
  expect(answers[0]).toBe(400);
  expect(answers.at(-1)).toBe(429);
  expect(await post("gate-2", one)).toBe(202);
});

test("a stream whose small messages unpack to large ones is read no faster than its taps could be large", async () => {
  const gzip = { "grpc.default_compression_algorithm": 2 };
  const stream = ingest.open("gate-4", door.streamPort, gzip);
  onTestFinished(() => stream.close());
  stream.hello();
  await stream.wait("credits");
  const report = ingestService.deliver.requestSerialize({
    message: { $case: "report", value: { sentAtEpochMs: 1, report: "{}" } },
  });
  // A field that the protocol does not have: number 15, 1,900,000 bytes.
  const unknown = Buffer.concat([Buffer.from("7ae0fb73", "hex"), Buffer.alloc(1_900_000)]);
  for (let i = 0; i < 8; i++) stream.call.write(Buffer.concat([report, unknown]));
  await stream.wait("reportAnswer", 1);
  const startedAt = performance.now();
  await stream.wait("reportAnswer", 8);
  // Two seconds' worth came at once, the rest at 2 MiB a second.
  expect(performance.now() - startedAt).toBeGreaterThan(3_500);
});

test("the bound of a report holds for what it unpacks to", async () => {
  const large = gzipSync(JSON.stringify({ version: "1".repeat(65_536) }));
  expect(await post("gate-2", large, "/v1/report")).toBe(413);
});
