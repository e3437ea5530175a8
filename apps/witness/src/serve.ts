import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { formatVerifierKey, type NoteKey } from "@tapline/core/audit";
import { outcomeOfStatus, type ServedRequests } from "@tapline/core/telemetry";
import type { Logger } from "pino";
import type { Answer, Witness } from "./witness.ts";

/** A checkpoint of 100 signatures, and 63 hashes. */
const maxBodyBytes = 64 * 1024;
const plain = "text/plain; charset=utf-8";

export type ServeParts = {
  readonly log: Pick<Logger, "error">;
  readonly requests: Pick<ServedRequests, "record">;
};

export type Served = { readonly port: number; readonly stop: () => Promise<void> };

/** Serves `POST /add-checkpoint`, and `GET /` that tells the witness's verifier key. */
export async function serve(
  witness: Witness,
  key: NoteKey,
  { host, port }: { readonly host: string; readonly port: number },
  { log, requests }: ServeParts,
): Promise<Served> {
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000, keepAliveTimeout: 60_000 });
  server.maxConnections = 256;
  server.on("request", (request, response) => {
    const startedAt = performance.now();
    response.once("finish", () => {
      const route = request.url === "/add-checkpoint" ? "POST /add-checkpoint" : "other";
      requests.record(route, outcomeOfStatus(response.statusCode), performance.now() - startedAt);
    });
    void answer(request, witness, key)
      .catch((error: unknown): Answer => {
        log.error({ err: error }, "a request failed");
        return { status: 500, type: plain, body: "the witness failed; what it cosigned stands\n" };
      })
      .then((answered) => send(response, answered));
  });
  await listen(server, host, port);
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      server.closeIdleConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(request: IncomingMessage, witness: Witness, key: NoteKey): Promise<Answer> {
  if (request.method === "GET" && request.url === "/")
    return { status: 200, type: plain, body: `${formatVerifierKey(key)}\n` };
  if (request.url !== "/add-checkpoint") return { status: 404, type: plain, body: "POST /add-checkpoint\n" };
  if (request.method !== "POST") return { status: 405, type: plain, body: "POST /add-checkpoint\n" };
  const body = await readBody(request);
  if (body === null) return { status: 413, type: plain, body: `at most ${maxBodyBytes} bytes\n` };
  return await witness.addCheckpoint(body);
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function send(response: ServerResponse, { status, type, body }: Answer): void {
  // What was not read to its end is not read on.
  if (status === 413) response.setHeader("connection", "close");
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(body) }).end(body);
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve());
  });
}
