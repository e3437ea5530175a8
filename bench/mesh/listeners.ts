import { edges, servicePorts } from "@tapline/core/telemetry";

/** A port of a service, by its name in the table of edges. */
export type Asked = { readonly service: string; readonly port: string };

/** Ports that a process tells once it is ready. */
export type ReadyPorts = {
  readonly ingestPort?: number;
  readonly streamPort?: number;
  readonly scalerPort?: number;
  readonly healthPort?: number;
  /** The console's own. */
  readonly port?: number;
};

export type Listener = {
  readonly port: string;
  readonly number: number;
  /** It ends TLS itself and has no proxy before it. */
  readonly isPastMesh: boolean;
};

/** The collector's, where services send what OpenTelemetry knows of them. */
export const collectorPort = "http-otlp";

/** What a process listens on, by the table of edges. @throws Error where the table calls for a port that the process does not have */
export function listenersOf(service: string, ready: ReadyPorts): Listener[] {
  const numbers: Readonly<Record<string, number | undefined>> = {
    [servicePorts.taps.name]: ready.ingestPort,
    [servicePorts.stream.name]: ready.streamPort,
    [servicePorts.scaler.name]: ready.scalerPort,
    [servicePorts.web.name]: ready.port,
    // Istio's agent asks the process there, and is asked in its place.
    [servicePorts.metrics.name]: ready.healthPort,
  };
  const ports = new Set(edges.filter(({ to }) => to === service).map(({ port }) => port.name));
  return [...ports].map((port) => {
    const number = numbers[port];
    if (number === undefined) throw new Error(`${service} does not listen on ${port}`);
    return { port, number, isPastMesh: port === servicePorts.scaler.name };
  });
}

/** Who may call that port, by the table of edges. */
export const namesOf = ({ service, port }: Asked): readonly string[] => [
  ...new Set(edges.filter((edge) => edge.to === service && edge.port.name === port).map(({ from }) => from)),
];
