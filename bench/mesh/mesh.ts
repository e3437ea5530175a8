import { edges } from "@tapline/core/telemetry";
import { freePort, type PeerFiles } from "../../tools/servers/index.ts";
import { MeshAuthority, serviceUri } from "../../tools/test-servers/mesh-certificates.ts";
import { type Child, ofType, startChild } from "../child.ts";
import { baseEnvironment, type MeshSide } from "../installation/index.ts";
import type { Order } from "./proxies-main.ts";
import type { Place } from "./relay.ts";

type Doors = Parameters<MeshSide["open"]>[1];
type Ready = Parameters<MeshSide["admit"]>[1];

/** Who may call `service` by the mesh, by the table of edges. */
export const callersOf = (service: string): readonly string[] => [
  ...new Set(
    edges
      .filter(({ to, cipheredBy }) => to === service && ["mesh", "both"].includes(cipheredBy))
      .map(({ from }) => from),
  ),
];

/** Stands for a mesh around an installation: an authority, the ingress gateway, and a proxy before each process that is called. */
export class Mesh implements MeshSide {
  #authority: MeshAuthority | null = null;
  #proxies: Child | null = null;
  #orders = 0;
  #addresses = 0;
  /** Sidecars that stand now, by the service behind them. */
  readonly sidecars = new Map<Place, string>();
  webPort = 0;

  get pids(): readonly number[] {
    return this.#proxies === null ? [] : [this.#proxies.pid];
  }

  peer = async (name: string): Promise<PeerFiles> => {
    if (this.#authority === null) throw new Error("the mesh is not open");
    return await this.#authority.issue(name);
  };

  open = async (dir: string, { ingestPort, streamPort }: Doors): Promise<void> => {
    this.#authority = await MeshAuthority.create(dir);
    this.#proxies = startChild("./proxies-main.ts", import.meta.url, baseEnvironment());
    await this.#proxies.next(ofType("ready"));
    const caller = await this.peer("ingress");
    this.webPort = await freePort();
    const front = { kind: "front", caller } as const;
    await this.#order({ ...front, at: "taps", port: ingestPort, name: serviceUri("ingest") });
    await this.#order({ ...front, at: "stream", port: streamPort, name: serviceUri("ingest") });
    await this.#order({ ...front, at: "web", port: this.webPort, name: serviceUri("web") });
  };

  /** An address of its own for each life of a process. */
  settings = (service: string): Record<string, string> => {
    const host = this.#address();
    if (service === "ingest")
      return { TAPLINE_INGEST_HOST: host, TAPLINE_INGEST_PORT: "0", TAPLINE_STREAM_PORT: "0" };
    return service === "web" ? { TAPLINE_WEB_HOST: host } : {};
  };

  admit = async (
    service: string,
    { ingestPort, streamPort, port }: Ready,
    settings: Readonly<Record<string, string>>,
  ): Promise<() => Promise<void>> => {
    const host = settings.TAPLINE_INGEST_HOST ?? settings.TAPLINE_WEB_HOST ?? "";
    const ports = { taps: ingestPort, stream: streamPort, web: port };
    const ours = Object.entries(ports).filter((entry): entry is [string, number] => entry[1] !== undefined);
    const peer = ours.length > 0 ? await this.peer(service) : undefined;
    const allowed = callersOf(service).map(serviceUri);
    const stand = await Promise.all(
      ours.map(async ([at, behind]) => {
        if (peer === undefined) throw new Error(`${service} has no certificate`);
        const target = { host, port: behind };
        const place = await this.#order({
          kind: "sidecar",
          at,
          target,
          host: this.#address(),
          peer,
          allowed,
        });
        if (place === null) throw new Error(`no proxy stands before ${service}`);
        this.sidecars.set(place, service);
        return { at, place };
      }),
    );
    return async () => {
      for (const { at, place } of stand) {
        this.sidecars.delete(place);
        await this.#order({ kind: "withdraw", at, place });
      }
    };
  };

  close = async (): Promise<void> => {
    await this.#proxies?.stop();
  };

  /** Loopback has a whole network of addresses. */
  #address(): string {
    const n = this.#addresses++;
    return `127.0.${1 + Math.floor(n / 250)}.${1 + (n % 250)}`;
  }

  async #order(order: Order): Promise<Place | null> {
    const id = ++this.#orders;
    const proxies = this.#proxies;
    if (proxies === null) throw new Error("the mesh is not open");
    const isAnswer = (message: unknown): message is { id: number; place: Place | null; error?: string } =>
      ofType("obeyed")(message) && message.id === id;
    const answering = proxies.next(isAnswer);
    proxies.send({ type: "order", id, order });
    const { place, error } = await answering;
    if (error !== undefined) throw new Error(`a proxy of the mesh does not stand: ${error}`);
    return place;
  }
}
