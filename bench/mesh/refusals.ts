import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { meshServices } from "@tapline/core/telemetry";
import { readPeer } from "../../tools/servers/index.ts";
import type { Installation } from "../installation/index.ts";
import { callersOf, type Mesh } from "./mesh.ts";
import type { Place } from "./relay.ts";

const answerWithinMs = 10_000;
const request = "GET /nothing HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

/** Tries each proxy and each store as who may not, and each proxy as who may. @returns what was not as it should be, in sentences */
export async function tryRefusals(mesh: Mesh, { tlsEnvironment }: Installation): Promise<string[]> {
  const faults: string[] = [];
  for (const [place, service] of mesh.sidecars) {
    const may = callersOf(service);
    for (const caller of ["ingress", "prometheus", ...meshServices]) {
      const passes = await opens(place, service, await readPeer(await mesh.peer(caller)));
      if (passes !== may.includes(caller))
        faults.push(`${caller} is ${passes ? "let through to" : "refused by"} ${service}`);
    }
    if (await opens(place, service, undefined)) faults.push(`${service} is reached without a certificate`);
    if (await answersPlainly(place, request)) faults.push(`${service} is reached in clear text`);
  }
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

/** Whether what stands behind a proxy is reached: the console answers a request, the door a handshake of its own. */
function opens(
  place: Place,
  service: string,
  peer: Awaited<ReturnType<typeof readPeer>> | undefined,
): Promise<boolean> {
  return new Promise((resolve) => {
    const trust = peer ?? { rejectUnauthorized: false };
    const socket = connectTls({ ...place, ...trust, checkServerIdentity: () => undefined });
    const end = (passes: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(passes);
    };
    const timer = setTimeout(() => end(false), answerWithinMs);
    socket.once("secureConnect", () => {
      if (service === "web") {
        socket.once("data", () => end(true));
        socket.write(request);
        return;
      }
      const inner = connectTls({ socket, rejectUnauthorized: false }, () => end(true));
      inner.once("error", () => end(false));
    });
    socket.once("error", () => end(false));
    socket.once("close", () => end(false));
  });
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
