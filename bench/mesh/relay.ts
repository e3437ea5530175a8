import { connect, createServer, type Server, type Socket } from "node:net";
import { connect as connectTls, createServer as createTlsServer, type TLSSocket } from "node:tls";
import { type PeerFiles, readPeer } from "../../tools/servers/index.ts";

/** Where something listens. */
export type Place = { readonly host: string; readonly port: number };

/** Stands before a process, as the proxy of a mesh in its pod. */
export type Sidecar = {
  readonly target: Place;
  readonly host: string;
  readonly peer: PeerFiles;
  /** Names in the certificates of those who may call. */
  readonly allowed: readonly string[];
};

/** Ends mutual TLS before `target`, and lets those through whose certificate names somebody who may call it. */
export async function openSidecar({ target, host, peer, allowed }: Sidecar): Promise<Server> {
  const server = createTlsServer(
    { ...(await readPeer(peer)), requestCert: true, rejectUnauthorized: true, minVersion: "TLSv1.3" },
    (caller) => {
      caller.on("error", () => caller.destroy());
      if (nameOf(caller, allowed) === undefined) caller.destroy();
      else join(caller, connect(target));
    },
  );
  return await listening(server, { host, port: 0 });
}

/** Sends each connection on to the next of some sidecars, by mutual TLS. */
export class Front {
  readonly #caller: Awaited<ReturnType<typeof readPeer>>;
  readonly #name: string;
  #places: readonly Place[] = [];
  #next = 0;

  private constructor(caller: Awaited<ReturnType<typeof readPeer>>, name: string) {
    this.#caller = caller;
    this.#name = name;
  }

  /** @param name that the certificates of whoever is called must have */
  static async open(port: number, caller: PeerFiles, name: string): Promise<Front> {
    const front = new Front(await readPeer(caller), name);
    const server = createServer((socket) => front.#send(socket));
    await listening(server, { host: "127.0.0.1", port });
    return front;
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
