import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";
import { meshServices, servicePorts } from "@tapline/core/telemetry";
import { readPeer } from "../../tools/servers/index.ts";
import type { Installation } from "../installation/index.ts";
import { type Asked, collectorPort, namesOf } from "./listeners.ts";
import type { Mesh } from "./mesh.ts";
import { type Place, scrapePath } from "./relay.ts";

const answerWithinMs = 10_000;
const request = (line: string): string => `${line}\r\nhost: localhost\r\nconnection: close\r\n\r\n`;
const autoscalerName = "the autoscaler";
const callerNames: readonly string[] = ["ingress", "prometheus", "keda", "collector", ...meshServices];

type Identity = Awaited<ReturnType<typeof readPeer>>;
type Caller = { readonly name: string; readonly identity: Identity };

/**
 * Tries each port that is called as who may and as everybody else, without a certificate and in clear text.
 * @returns what was not as it should be, in sentences
 */
export async function tryDoors(mesh: Mesh): Promise<string[]> {
  const callers: Caller[] = [];
  for (const name of callerNames) callers.push({ name, identity: await readPeer(await mesh.peer(name)) });
  const autoscaler = await readPeer(await mesh.autoscaler());
  const faults: string[] = [];
  for (const [place, asked] of mesh.doors)
    faults.push(
      ...(await tryDoor(place, asked, [...callers, { name: autoscalerName, identity: autoscaler }])),
    );
  return faults;
}

async function tryDoor(place: Place, asked: Asked, callers: readonly Caller[]): Promise<string[]> {
  const door = `${asked.port} of ${asked.service}`;
  const may = mayCome(asked);
  const faults: string[] = [];
  for (const { name, identity } of callers) {
    const isAllowed = may.includes(name);
    // Who may not come does not mind whom he reaches.
    const passes = await opens(place, asked, { ...identity, rejectUnauthorized: isAllowed });
    if (passes !== isAllowed) faults.push(`${name} is ${passes ? "let through to" : "refused by"} ${door}`);
  }
  if (await opens(place, asked, { rejectUnauthorized: false }))
    faults.push(`${door} is reached without a certificate`);
  if (await answersPlainly(place, request("GET / HTTP/1.1"))) faults.push(`${door} is reached in clear text`);
  return faults;
}

/** KEDA has a certificate of its own authority's: one of the mesh's that bears its name counts for nothing. */
const mayCome = (asked: Asked): readonly string[] =>
  asked.port === servicePorts.scaler.name ? [autoscalerName] : namesOf(asked);

/** Tries the stores in clear text. @returns what was not as it should be, in sentences */
export async function tryStores({ tlsEnvironment }: Installation): Promise<string[]> {
  const faults: string[] = [];
  const stores = { DATABASE_URL: plainStart, REDIS_URL: "PING\r\n" };
  for (const [setting, hello] of Object.entries(stores)) {
    const { hostname: host, port } = new URL(tlsEnvironment[setting] ?? "");
    if (await answersPlainly({ host, port: Number(port) }, hello))
      faults.push(`the store of ${setting} answers in clear text`);
  }
  return faults;
}

/** A start-up packet of PostgreSQL's protocol 3.0 without TLS. */
const plainStart = startUp("user\0tapline_services\0database\0tapline\0\0");

function startUp(parameters: string): string {
  const body = Buffer.from(parameters);
  const head = Buffer.alloc(8);
  head.writeInt32BE(body.length + 8, 0);
  head.writeInt32BE(196_608, 4);
  return Buffer.concat([head, body]).toString("latin1");
}

/** Whether what stands behind a port is reached, and answers. */
function opens(
  place: Place,
  { port }: Asked,
  caller: Pick<ConnectionOptions, "ca" | "cert" | "key" | "rejectUnauthorized">,
): Promise<boolean> {
  return new Promise((resolve) => {
    const alpn = port === servicePorts.scaler.name ? { ALPNProtocols: ["h2"] } : {};
    const socket = connectTls({ ...place, ...caller, ...alpn, checkServerIdentity: () => undefined });
    const end = (passes: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(passes);
    };
    const timer = setTimeout(() => end(false), answerWithinMs);
    socket.once("secureConnect", () => ask(socket, port, end));
    socket.once("error", () => end(false));
    socket.once("close", () => end(false));
  });
}

/** Asks as callers of that port do: with TLS 1.3 a handshake is over before the other side has judged who came. */
function ask(socket: TLSSocket, port: string, end: (passes: boolean) => void): void {
  if (port === servicePorts.taps.name || port === servicePorts.stream.name) {
    const inner = connectTls({ socket, rejectUnauthorized: false }, () => end(true));
    inner.once("error", () => end(false));
    return;
  }
  if (port === servicePorts.scaler.name) return void askScaler(socket, end);
  const lines: Readonly<Record<string, string>> = {
    [servicePorts.web.name]: "GET /nothing HTTP/1.1",
    [servicePorts.metrics.name]: `GET ${scrapePath} HTTP/1.1`,
    [collectorPort]: "POST /v1/metrics HTTP/1.1\r\ncontent-length: 0",
  };
  const expected = port === servicePorts.web.name ? /^HTTP\/1\.1 \d/ : /^HTTP\/1\.1 200/;
  socket.once("data", (chunk: Buffer) => end(expected.test(chunk.toString("latin1"))));
  socket.write(request(lines[port] ?? "GET / HTTP/1.1"));
}

/** `IsActive` of no object in particular: five bytes of an empty message of gRPC. */
function askScaler(socket: TLSSocket, end: (passes: boolean) => void): void {
  const session = connectHttp2("https://localhost", { createConnection: () => socket });
  session.once("error", () => end(false));
  const call = session.request({
    ...{ ":method": "POST", ":path": "/externalscaler.ExternalScaler/IsActive" },
    ...{ "content-type": "application/grpc", te: "trailers" },
  });
  call.once("response", (headers) => end(headers[":status"] === 200));
  call.once("error", () => end(false));
  call.end(Buffer.alloc(5));
}

/** Whether anything but a refusal comes back. */
function answersPlainly(place: Place, hello: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(place, () => socket.write(Buffer.from(hello, "latin1")));
    let answer = "";
    const end = (): void => {
      clearTimeout(timer);
      socket.destroy();
      // PostgreSQL says by an error message who is not let in; TLS by an alert.
      resolve(answer !== "" && !answer.startsWith("E") && !answer.startsWith("\x15"));
    };
    const timer = setTimeout(end, answerWithinMs);
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
    });
    socket.once("error", end);
    socket.once("close", end);
  });
}
