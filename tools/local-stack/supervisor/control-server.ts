import { once } from "node:events";
import { chmod, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { hasCode, messageOf, printableLine, TaplineError } from "@tapline/core/kernel";
import { actRequestSchema, haltRequestSchema, type Landscape, refusalOf } from "@tapline/core/noops";
import type { z } from "zod";
import type { Crew } from "./crew.ts";

/** Longer than this Linux takes no path of a socket, bytes. */
const longestPath = 107;
const mostBodyBytes = 256 * 1024;
/** So often at least a watcher hears something, ms: silence means that we are gone. */
const beatEveryMs = 2_000;

const statuses = {
  ...{ "invalid-input": 400, "not-found": 404, conflict: 409, overloaded: 429, unavailable: 503 },
} as Readonly<Record<string, number>>;

/**
 * Serves the actuator port (`@tapline/core/noops`) on a socket that its owner alone may open: who may read the data folder has
 * all of Tapline's keys anyway. HTTP: `GET /v1/landscape`; `GET /v1/watch`, a landscape a line; `POST /v1/acts`;
 * `POST /v1/halts`.
 */
export async function serveControl(
  path: string,
  crew: Crew,
  say: (line: string) => void,
): Promise<{ close: () => Promise<void> }> {
  if (Buffer.byteLength(path) > longestPath)
    throw new TaplineError("misconfigured", `the path of the socket ${path} is too long`, {
      remedy: "choose a data folder with a shorter path by --data-dir",
    });
  await rm(path, { force: true });
  const server = createServer((request, response) => void answer(request, response, crew, say));
  server.listen(path);
  await once(server, "listening");
  await chmod(path, 0o600);
  return { close: () => closed(server, path) };
}

async function closed(server: Server, path: string): Promise<void> {
  server.close();
  server.closeAllConnections();
  await rm(path, { force: true });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  crew: Crew,
  say: (line: string) => void,
): Promise<void> {
  try {
    const asked = `${request.method} ${request.url}`;
    if (asked === "GET /v1/landscape") tell(response, 200, crew.look());
    else if (asked === "GET /v1/watch") watch(response, crew);
    else if (asked === "POST /v1/acts") tell(response, 200, await act(await bodyOf(request), crew, say));
    else if (asked === "POST /v1/halts") tell(response, 200, await halt(await bodyOf(request), crew, say));
    else throw new TaplineError("not-found", `there is no ${asked}`);
  } catch (error) {
    const status = error instanceof TaplineError ? (statuses[error.code] ?? 500) : 500;
    const remedy = error instanceof TaplineError ? (error.remedy ?? null) : null;
    tell(response, status, { refusal: refusalOf(error), message: messageOf(error), remedy });
    if (status === 500 && !hasCode(error, "misconfigured")) say(`an act failed: ${messageOf(error)}`);
  }
}

async function act(body: string, crew: Crew, say: (line: string) => void): Promise<{ revision: string }> {
  const { act: asked, ...terms } = asWanted(actRequestSchema, body, "act");
  const done = await crew.act(asked, terms);
  const of = "workload" in asked ? `${asked.workload.service}/${asked.workload.colour}` : asked.service;
  // What people gave as a reason is words, whatever a terminal would take it for.
  say(printableLine(`${asked.kind} ${of}: ${terms.reason}`));
  return done;
}

async function halt(body: string, crew: Crew, say: (line: string) => void): Promise<{ left: number }> {
  const terms = asWanted(haltRequestSchema, body, "halt");
  const left = await crew.halt(terms);
  if (left > 0)
    say(
      printableLine(
        `halt: ${left} processes are not replaced any more (${terms.reason}); a restart replaces all`,
      ),
    );
  return { left };
}

/** @throws TaplineError `invalid-input` where `body` is not what `schema` wants */
function asWanted<Wanted>(schema: z.ZodType<Wanted>, body: string, what: string): Wanted {
  const parsed = schema.safeParse(readJson(body));
  if (parsed.success) return parsed.data;
  throw new TaplineError(
    "invalid-input",
    `no ${what}: ${parsed.error.issues.map(({ message }) => message).join("; ")}`,
  );
}

function watch(response: ServerResponse, crew: Crew): void {
  response.writeHead(200, { "content-type": "application/x-ndjson" });
  let due = false;
  const send = (landscape: Landscape) => void response.write(`${JSON.stringify(landscape)}\n`);
  const off = crew.onChange(() => {
    if (due) return;
    due = true;
    setImmediate(() => {
      due = false;
      send(crew.look());
    });
  });
  const beat = setInterval(() => void response.write("\n"), beatEveryMs);
  response.once("close", () => {
    off();
    clearInterval(beat);
  });
  send(crew.look());
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBodyBytes) throw new TaplineError("invalid-input", "the request is too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new TaplineError("invalid-input", "the request is no JSON");
  }
}

function tell(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
