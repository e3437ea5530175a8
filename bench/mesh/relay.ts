import { createServer as createHttpServer, get, type Server as HttpServer } from "node:http";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { connect as connectTls, createServer as createTlsServer, type TLSSocket } from "node:tls";
import { type PeerFiles, readPeer } from "../../tools/servers/index.ts";

/** Where Istio's agent serves the figures of a pod: those of its proxy and those of its process. */
export const scrapePath = "/stats/prometheus";

/** Where something listens. */
export type Place = { readonly host: string; readonly port: number };

/** Stands before a process, as the proxy of a mesh in its pod. */
export type Sidecar = {
  readonly target: Place;
  readonly host: string;
  readonly peer: PeerFiles;
  /** Names in the certificates of those who may call; "anybody" is what a drill must find out. */
  readonly allowed: readonly string[] | "anybody";
  /** What it asks of callers: mutual TLS, TLS alone, or nothing; the last two are what a drill must find out. */
  readonly asks: "certificate" | "tls" | "nothing";
  /** Serves the process's `/metrics` as Istio's agent does, and nothing else. */
  readonly scrapes: boolean;
};

/** Ends mutual TLS before `target`, and lets those through whose certificate names somebody who may call it. */
export async function openSidecar({ target, host, peer, allowed, asks, scrapes }: Sidecar): Promise<Server> {
  const scraping = scrapes ? createScraper(target) : null;
  const pass = (caller: Socket): void => {
    if (scraping === null) join(caller, connect(target));
    else scraping.emit("connection", caller);
  };
  const mutual = asks === "certificate";
  const tls = { requestCert: mutual, rejectUnauthorized: mutual, minVersion: "TLSv1.3" } as const;
  const server =
    asks === "nothing"
      ? createServer(pass)
      : createTlsServer({ ...(await readPeer(peer)), ...tls }, (caller) => {
          caller.on("error", () => caller.destroy());
          if (allowed !== "anybody" && nameOf(caller, allowed) === undefined) caller.destroy();
          else pass(caller);
        });
  return await listening(server, { host, port: 0 });
}

/** Asks the process at `target` for its figures where somebody asks for those of the pod. */
function createScraper(target: Place): HttpServer {
  return createHttpServer((request, response) => {
    if (request.method !== "GET" || request.url !== scrapePath) return void response.writeHead(404).end();
    const asking = get({ ...target, path: "/metrics", agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    asking.on("error", () => response.writeHead(502).end());
  });
}

/** Sends each connection on to the next of some sidecars, by mutual TLS. */
export class Front {
  readonly #caller: Awaited<ReturnType<typeof readPeer>>;
  readonly #name: string;
  readonly #server = createServer((socket) => this.#send(socket));
  #places: readonly Place[] = [];
  #next = 0;

  private constructor(caller: Awaited<ReturnType<typeof readPeer>>, name: string) {
    this.#caller = caller;
    this.#name = name;
  }

  /** @param name that the certificates of whoever is called must have */
  static async open(place: Place, caller: PeerFiles, name: string): Promise<Front> {
    const front = new Front(await readPeer(caller), name);
    await listening(front.#server, place);
    return front;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Takes no new connection any more. */
  close(): void {
    this.#server.close();
  }

  admit(place: Place): void {
    this.#places = [...this.#places, place];
  }

  /** No new connection goes there; those that are open stay. */
  withdraw({ host, port }: Place): void {
    this.#places = this.#places.filter((place) => place.host !== host || place.port !== port);
  }

  #send(socket: Socket): void {
    const place = this.#places[this.#next++ % this.#places.length];
    if (place === undefined) return void socket.destroy();
    const options = { ...place, ...this.#caller, checkServerIdentity: () => undefined };
    const onward = connectTls(options, () => {
      if (nameOf(onward, [this.#name]) === undefined) onward.destroy();
    });
    join(socket, onward);
  }
}

/** Which of `names` the other side's certificate has. */
function nameOf(socket: TLSSocket, names: readonly string[]): string | undefined {
  const said = (socket.getPeerCertificate().subjectaltname ?? "").split(", ");
  return names.find((name) => said.includes(`URI:${name}`));
}

function join(one: Socket, other: Socket): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.setNoDelay(true);
    from.on("error", () => to.destroy());
    from.on("close", () => to.end());
    from.pipe(to);
  }
}

async function listening<Listener extends Server>(
  server: Listener,
  { host, port }: Place,
): Promise<Listener> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return server;
}
