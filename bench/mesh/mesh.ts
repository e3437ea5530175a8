import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { servicePorts } from "@tapline/core/telemetry";
import { freePort, type PeerFiles } from "../../tools/servers/index.ts";
import { MeshAuthority, serviceUri } from "../../tools/test-servers/mesh-certificates.ts";
import { type Child, ofType, startChild } from "../child.ts";
import { baseEnvironment, type MeshSide } from "../installation/index.ts";
import { type Asked, collectorPort, listenersOf, namesOf } from "./listeners.ts";
import type { Order } from "./proxies-main.ts";
import type { Place, Sidecar } from "./relay.ts";

type Doors = Parameters<MeshSide["open"]>[1];
type Ready = Parameters<MeshSide["admit"]>[1];
type Settings = Readonly<Record<string, string>>;

export type MeshOptions = {
  /** Where a receiver of OpenTelemetry listens in clear: a proxy stands before it, and all services send to it. */
  readonly collector?: Place;
  /** Changes what a proxy lets through: for the proof that a drill finds that out. */
  readonly loosen?: (sidecar: Sidecar, asked: Asked) => Sidecar;
};

/** Stands for a mesh around an installation: an authority, the ingress gateway, and a proxy before each port that is called. */
export class Mesh implements MeshSide {
  readonly #options: MeshOptions;
  #authority: MeshAuthority | null = null;
  /** Gives KEDA its certificate: it comes past the mesh. */
  #autoscaling: MeshAuthority | null = null;
  #collector: Place | null = null;
  #proxies: Child | null = null;
  #orders = 0;
  #addresses = 0;
  /** What may be called now, and what stands there. */
  readonly doors = new Map<Place, Asked>();
  webPort = 0;

  constructor(options: MeshOptions = {}) {
    this.#options = options;
  }

  get pids(): readonly number[] {
    return this.#proxies === null ? [] : [this.#proxies.pid];
  }

  peer = async (name: string): Promise<PeerFiles> => await issue(this.#authority, name);

  /** The certificate by which KEDA comes to the scaler. */
  autoscaler = async (): Promise<PeerFiles> => await issue(this.#autoscaling, "keda");

  open = async (dir: string, { ingestPort, streamPort }: Doors): Promise<void> => {
    const apart = join(dir, "autoscaling");
    await mkdir(apart);
    [this.#authority, this.#autoscaling] = await Promise.all([
      MeshAuthority.create(dir),
      MeshAuthority.create(apart),
    ]);
    this.#proxies = startChild("./proxies-main.ts", import.meta.url, baseEnvironment());
    await this.#proxies.next(ofType("ready"));
    const caller = await this.peer("ingress");
    this.webPort = await freePort();
    for (const [at, { port, service }] of Object.entries({
      [servicePorts.taps.name]: { port: ingestPort, service: "ingest" },
      [servicePorts.stream.name]: { port: streamPort, service: "ingest" },
      [servicePorts.web.name]: { port: this.webPort, service: "web" },
    })) {
      const place = { host: "127.0.0.1", port };
      await this.#order({ kind: "front", at, place, caller, name: serviceUri(service), to: [] });
    }
    const { collector } = this.#options;
    if (collector !== undefined)
      this.#collector = await this.#stand(
        { service: "collector", port: collectorPort },
        { target: collector, peer: await this.peer("collector") },
      );
  };

  /** An address of its own for each life of a process, at which it listens and from which its proxy sends. */
  settings = async (service: string): Promise<Settings> => {
    const host = this.#address();
    return {
      ...(await this.#listening(service, host)),
      ...(this.#collector === null ? {} : await this.#sending(service, host, this.#collector)),
    };
  };

  async #listening(service: string, host: string): Promise<Settings> {
    if (service === "web") return { TAPLINE_WEB_HOST: host, TAPLINE_WEB_HEALTH_HOST: host };
    const health = { TAPLINE_HEALTH_HOST: host };
    if (service === "ingest")
      return {
        ...health,
        ...{ TAPLINE_INGEST_HOST: host, TAPLINE_INGEST_PORT: "0", TAPLINE_STREAM_PORT: "0" },
      };
    if (service !== "balance") return health;
    const { ca, cert, key } = await issue(this.#autoscaling, service);
    return {
      ...{ ...health, TAPLINE_SCALER_HOST: host, TAPLINE_SCALER_PORT: "0" },
      ...{ TAPLINE_SCALER_CERT: cert, TAPLINE_SCALER_KEY: key, TAPLINE_SCALER_CA: ca },
    };
  }

  /** The process speaks in clear to its own proxy, which goes on by the mesh. */
  async #sending(service: string, host: string, collector: Place): Promise<Settings> {
    const front = { kind: "front", at: outwardFrom(host), place: { host, port: 0 } } as const;
    const caller = await this.peer(service);
    const place = await this.#order({ ...front, caller, name: serviceUri("collector"), to: [collector] });
    if (place === null) throw new Error(`no proxy sends for ${service}`);
    return {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://${place.host}:${place.port}`,
      ...{ OTEL_METRIC_EXPORT_INTERVAL: "5000", OTEL_RESOURCE_ATTRIBUTES: `tapline.service=${service}` },
    };
  }

  admit = async (service: string, ready: Ready, settings: Settings): Promise<() => Promise<void>> => {
    const host = settings.TAPLINE_HEALTH_HOST ?? settings.TAPLINE_WEB_HEALTH_HOST ?? "";
    // One for all ports: a second one, issued meanwhile, takes the place of its files.
    const peer = await this.peer(service);
    const stand = await Promise.all(
      listenersOf(service, ready).map(async ({ port, number, isPastMesh }) => {
        const target = { host, port: number };
        if (!isPastMesh) return { port, place: await this.#stand({ service, port }, { target, peer }) };
        this.doors.set(target, { service, port });
        return { port, place: target };
      }),
    );
    return async () => {
      for (const { port, place } of stand) {
        this.doors.delete(place);
        await this.#order({ kind: "withdraw", at: port, place });
      }
    };
  };

  /** Closes what the process at `host` sent by, once it has ended. */
  left = async (settings: Settings): Promise<void> => {
    const host = settings.TAPLINE_HEALTH_HOST ?? settings.TAPLINE_WEB_HEALTH_HOST ?? "";
    if (this.#collector !== null) await this.#order({ kind: "close-front", at: outwardFrom(host) });
  };

  close = async (): Promise<void> => {
    await this.#proxies?.stop();
  };

  /** A proxy before `target`, which lets through whom the table of edges names. */
  async #stand(asked: Asked, before: Pick<Sidecar, "target" | "peer">): Promise<Place> {
    const sidecar: Sidecar = {
      ...{ ...before, host: this.#address() },
      ...{ allowed: namesOf(asked).map(serviceUri), asks: "certificate" },
      scrapes: asked.port === servicePorts.metrics.name,
    };
    const order = this.#options.loosen?.(sidecar, asked) ?? sidecar;
    const place = await this.#order({ kind: "sidecar", at: asked.port, ...order });
    if (place === null) throw new Error(`no proxy stands before ${asked.port} of ${asked.service}`);
    this.doors.set(place, asked);
    return place;
  }

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

const outwardFrom = (host: string): string => `from ${host}`;

async function issue(authority: MeshAuthority | null, name: string): Promise<PeerFiles> {
  if (authority === null) throw new Error("the mesh is not open");
  return await authority.issue(name);
}
