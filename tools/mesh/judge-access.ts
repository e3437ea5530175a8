import {
  type Edge,
  egressPort,
  isKnownRequest,
  type MeshRequest,
  meshEnd,
  mtlsOf,
  type NetworkEnd,
  networkEnd,
  principalOf,
  servicePorts,
} from "@tapline/core/telemetry";
import { statusPort } from "./edges-of-components.ts";
import type { Manifest } from "./manifest.ts";
import { meshPolicies } from "./mesh-access.ts";
import { networkPolicies } from "./network-access.ts";
import { type Party, placeOf, places, space, strangers } from "./places.ts";

/** Where the API server listens behind its Service, mostly. */
const apiServerPort = 6443;
const collectorPort = 4318;
const noPort = 9_999;

const beyond: Party = { ...placeOf("agents"), name: "beyond" };
const inCluster = (name: string, namespace: string, labels: Record<string, string> = {}): Party => ({
  ...beyond,
  ...{ name, namespace, labels },
});
const names = inCluster("names", "kube-system", { "k8s-app": "kube-dns" });
const istiod = inCluster("istiod", "istio-system", { app: "istiod" });
const besides = [
  ...["kube-system", "istio-system"].map((name) => inCluster(`other of ${name}`, name)),
  // Of another namespace, with the labels of those whom services call, and of services themselves.
  inCluster("false istiod", "default", { app: "istiod", "k8s-app": "kube-dns" }),
  inCluster("false service", "default", { "tapline.dev/service": "kpi" }),
  inCluster("false migrations", "default", { "tapline.dev/service": "migrations" }),
  ...["redis", "postgresql", "collector", "prometheus", "cnpg"].map((name) =>
    inCluster(`false ${name}`, "default", placeOf(name).labels),
  ),
];

const isBeyond = (name: string) => placeOf(name).namespace === null;
const key = (from: string, to: string, port: number) => `${from} > ${to}:${port}`;

/** What the network has to let through, by the table of edges. */
function wantedPackets(edges: readonly Edge[]): Set<string> {
  const ends = ({ from, to, port, through }: Edge): string[] => {
    if (through === "egress") return [key(from, "egress", egressPort), key("egress", "beyond", port.number)];
    if (to === "kubernetes") return [key(from, "beyond", port.number), key(from, "beyond", apiServerPort)];
    return [key(isBeyond(from) ? "beyond" : from, to, port.number)];
  };
  // The mesh's own doors tell their figures and traces, as the services' proxies do.
  const told = ["ingress", "egress"].flatMap((door) => [
    key(door, "collector", collectorPort),
    key("prometheus", door, servicePorts.metrics.number),
  ]);
  return new Set([
    ...[...edges.flatMap(ends), ...told],
    ...[...places, ...strangers]
      .filter(({ namespace }) => namespace === space)
      .flatMap(({ name }) => [key(name, "names", 53), key(name, "istiod", 15_012)]),
  ]);
}

const parties = [
  ...[...places, ...strangers].filter(({ namespace }) => namespace !== null),
  ...[beyond, names, istiod, ...besides],
];
/** What the network is asked, and should answer, by a table of edges. */
type Packets = Readonly<{
  wanted: ReadonlySet<string>;
  ports: readonly number[];
  /** Ports that are open to the world. */
  open: ReadonlySet<number>;
}>;
const packetsOf = onceForEach((edges: readonly Edge[]): Packets => {
  const own = edges.map(({ port }) => port.number);
  return {
    wanted: wantedPackets(edges),
    ports: [...new Set([...own, egressPort, apiServerPort, 53, 15_012, noPort])],
    open: new Set(edges.filter(({ to }) => to === "ingress").map(({ port }) => port.number)),
  };
});
const isOurs = ({ namespace }: Party) => namespace === space;

/**
 * Where the network's policies allow something else than the table of edges: of both ends each by itself, so that
 * one holds where the other fails.
 */
export function* judgeNetwork(manifests: readonly Manifest[], edges: readonly Edge[]): Generator<string> {
  const [policies, packets] = [networkPolicies(manifests), packetsOf(edges)];
  for (const end of parties) {
    if (isOurs(end) || end.namespace === "tapline-data")
      yield* judgeCalled(packets, end, networkEnd(policies, "Ingress", end));
    if (isOurs(end)) yield* judgeCalls(packets, end, networkEnd(policies, "Egress", end));
  }
}

function* judgeCalled({ wanted, ports, open }: Packets, end: Party, called: NetworkEnd): Generator<string> {
  for (const other of parties) {
    const lets = called(other);
    for (const port of ports) {
      const name = key(other.name, end.name, port);
      const wants = wanted.has(name) || (end.name === "ingress" && open.has(port));
      if (lets(port) !== wants) yield `the network ${wants ? "keeps away" : "lets in"} ${name}`;
    }
  }
}

function* judgeCalls({ wanted, ports }: Packets, end: Party, calls: NetworkEnd): Generator<string> {
  for (const other of parties) {
    const lets = calls(other);
    for (const port of ports) {
      const name = key(end.name, other.name, port);
      if (lets(port) !== wanted.has(name))
        yield `the network ${lets(port) ? "lets out" : "holds back"} ${name}`;
    }
  }
  const asks = calls(names);
  if (!asks(53, "UDP") || asks(noPort, "UDP"))
    yield `${end.name} asks for names by UDP at another port than 53`;
  for (const address of ["10.96.0.1", "10.244.1.1", "169.254.169.254"])
    if (calls(beyond, address)(443) !== (end.name === "noops"))
      yield `${end.name} reaches ${address}, or noops does not`;
}

const meshPortsOf = (edges: readonly Edge[]): number[] =>
  [
    ...new Set([
      ...edges.filter(({ through }) => through !== "egress").map(({ port }) => port.number),
      noPort,
    ]),
  ].filter((port) => port !== servicePorts.metrics.number);

/** Requests that are tried at each place: what is known, and what must be nobody's. */
function requestsTo(to: Party, edges: readonly Edge[]): Omit<MeshRequest, "principal">[] {
  const outside = places.flatMap(({ namespace, hosts }) => (namespace === null ? hosts : []));
  if (to.name === "egress")
    return [...outside, "evil.example"].flatMap((sni) => [egressPort, noPort].map((port) => ({ port, sni })));
  const plain: Omit<MeshRequest, "principal">[] = [
    ...meshPortsOf(edges).map((port) => ({ port })),
    ...outside.map((sni) => ({ port: egressPort, sni })),
    { port: servicePorts.web.number, method: "GET", path: "/" },
  ];
  if (to.name !== "web") return plain;
  const methods = ["GET", "HEAD", "POST", "PUT", "DELETE"];
  const paths = [
    "/",
    "/taps",
    "/healthz",
    "/readyz",
    "/healthz/x",
    "/socket.io/",
    "/api/auth/sign-in",
    "/api/trpc/a.b",
  ];
  const others = ["/api/audit/export", "/acknowledge/x", "/api/other"];
  const asked = [servicePorts.web.number, noPort].flatMap((port) =>
    methods.flatMap((method) => [...paths, ...others].map((path) => ({ port, method, path }))),
  );
  return [...plain.filter(({ port }) => port !== servicePorts.web.number), ...asked];
}

function wantedRequest(
  edges: readonly Edge[],
  from: Party,
  to: Party,
  { port, sni, method, path }: Omit<MeshRequest, "principal">,
): boolean {
  if (to.name === "balance" && port === servicePorts.scaler.number) return true;
  // It passes the proxy by: what it is asked there all the same is nobody's.
  if (port === statusPort.number) return false;
  if (to.name === "ingress") return edges.some((edge) => edge.to === "ingress" && edge.port.number === port);
  return edges.some((edge) => {
    if (edge.from !== from.name) return false;
    if (edge.through === "egress")
      return to.name === "egress" && port === egressPort && placeOf(edge.to).hosts.includes(sni ?? "");
    if (edge.to !== to.name || edge.port.number !== port) return false;
    if (method === undefined || edge.operations === null) return true;
    return isKnownRequest(edge.operations, { method, path: path ?? "" });
  });
}

const callers = [...[...places, ...strangers].filter(({ proxied }) => proxied), beyond];

/** What is tried, and who may. */
const calledOf = onceForEach((edges: readonly Edge[]) =>
  [
    ...places.filter(({ proxied }) => proxied),
    ...strangers.filter(({ name }) => name.startsWith("unlabelled")),
  ].map((to) => ({
    to,
    requests: requestsTo(to, edges).map((request) => ({
      request,
      wants: callers.map((from) => ({
        ...{ name: from.name, principal: principalOf(from) },
        mayCall: wantedRequest(edges, from, to, request),
      })),
    })),
  })),
);

/** Where the mesh's policies allow something else than the table of edges. */
export function* judgeMesh(manifests: readonly Manifest[], edges: readonly Edge[]): Generator<string> {
  const policies = meshPolicies(manifests);
  for (const { to, requests } of calledOf(edges)) {
    const lets = meshEnd(policies, to);
    for (const { request, wants } of requests) {
      const isScaler = to.name === "balance" && request.port === servicePorts.scaler.number;
      const mtls = mtlsOf(policies, to, request.port);
      if (mtls !== (isScaler ? "DISABLE" : "STRICT")) yield `${to.name}:${request.port} is ${mtls}`;
      const wrong = wants.filter(({ principal, mayCall }) => lets({ ...request, principal }) !== mayCall);
      for (const { name, mayCall } of wrong)
        yield `the mesh ${mayCall ? "denies" : "allows"} ${name} > ${to.name} ${JSON.stringify(request)}`;
    }
  }
}

/** What is computed of a table once, since mutations ask for it thousands of times. */
function onceForEach<Result>(
  compute: (edges: readonly Edge[]) => Result,
): (edges: readonly Edge[]) => Result {
  const known = new WeakMap<readonly Edge[], { result: Result }>();
  return (edges) => {
    const found = known.get(edges) ?? { result: compute(edges) };
    known.set(edges, found);
    return found.result;
  };
}
