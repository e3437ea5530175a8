import { isDeepStrictEqual } from "node:util";
import { colours } from "@tapline/core/kernel";
import { consoleOperations, type Edge, edges, egressPort, servicePorts } from "@tapline/core/telemetry";
import type { z } from "zod";
import {
  egressRule,
  gateway,
  serviceEntry,
  service as serviceForm,
  sidecar,
  type VirtualService,
  virtualService,
} from "./forms.ts";
import { type Manifest, specOf, valueAt } from "./manifest.ts";
import { domain, placeOf, space } from "./places.ts";

const specsOf = <Form>(manifests: readonly Manifest[], kind: string, form: z.ZodType<Form>) =>
  manifests
    .filter((one) => one.kind === kind)
    .map((manifest) => ({ name: manifest.metadata.name, spec: specOf(manifest, form) }));

const sorted = (texts: Iterable<string>) => [...texts].sort().join(" ");

/** The mesh's own doors are proxies, to which no Sidecar belongs. */
const isBehindProxy = (name: string): boolean => name !== "ingress" && name !== "egress";

/** Which hosts each service's proxy knows: those that it calls, by the table of edges, and no other. */
export function judgeReach(manifests: readonly Manifest[], edges: readonly Edge[]): string[] {
  const sidecars = specsOf(manifests, "Sidecar", sidecar);
  const callers = edges.map(({ from }) => from).filter((name) => placeOf(name).namespace === space);
  return [...new Set(callers)].filter(isBehindProxy).flatMap((name): string[] => {
    const own = sidecars.filter(({ spec }) => spec.workloadSelector.labels["tapline.dev/service"] === name);
    const [found] = own;
    if (found === undefined || own.length > 1) return [`${name} has ${own.length} Sidecars`];
    const called = edges.filter(({ from }) => from === name);
    const outwards = called.some(({ through }) => through === "egress") ? [`egress${domain}`] : [];
    const expected = new Set([...called.flatMap(({ to }) => placeOf(to).hosts), ...outwards]);
    const told = found.spec.egress[0].hosts.map((text) => text.split("/")[1] ?? "");
    const faults =
      sorted(expected) === sorted(told)
        ? []
        : [`${name} reaches ${sorted(told)} instead of ${sorted(expected)}`];
    // A loopback listener is there for whoever listens on loopback.
    const listens = (found.spec.ingress ?? []).map(
      ({ port, defaultEndpoint }) => `${port.number} ${port.name} ${defaultEndpoint}`,
    );
    const { web } = servicePorts;
    const wanted = name === "web" ? [`${web.number} ${web.name} 127.0.0.1:${web.number}`] : [];
    return sorted(listens) === sorted(wanted) ? faults : [...faults, `${name} listens by ${sorted(listens)}`];
  });
}

type Subset = z.infer<typeof egressRule>["subsets"][number] & { readonly host: string };
type Parts = Readonly<{
  entries: readonly Named<typeof serviceEntry>[];
  ways: readonly Named<typeof virtualService>[];
  gateways: readonly Named<typeof gateway>[];
  subsets: readonly Subset[];
}>;
type Named<Form extends z.ZodType> = Readonly<{ name: string; spec: z.infer<Form> }>;

/** How a connection of a service gets out: to the door outwards under the mesh's TLS, and on to the host that it named. */
export function judgeOutward(manifests: readonly Manifest[]): string[] {
  const parts: Parts = {
    entries: specsOf(manifests, "ServiceEntry", serviceEntry),
    ways: specsOf(manifests, "VirtualService", virtualService),
    gateways: specsOf(manifests, "Gateway", gateway),
    subsets: manifests
      .filter((one) => one.kind === "DestinationRule" && valueAt(one, "spec", "subsets") !== undefined)
      .flatMap((manifest) => {
        const rule = specOf(manifest, egressRule);
        return rule.subsets.map((one) => ({ ...one, host: rule.host }));
      }),
  };
  const pairs = new Map(
    edges
      .filter(({ through }) => through === "egress")
      .flatMap(({ to, port }) => placeOf(to).hosts.map((host) => [host, port] as const)),
  );
  const named = parts.entries.map(({ spec }) => spec.hosts[0] ?? "");
  return [
    ...[...pairs].flatMap(([host, port]) => judgeHost(parts, host, port)),
    ...(sorted(named) === sorted(pairs.keys()) ? [] : ["a ServiceEntry names a host that nobody calls"]),
    ...(parts.subsets.length === pairs.size ? [] : ["a subset of egress leads to a host that nobody calls"]),
  ];
}

function judgeHost({ entries, ways, gateways, subsets }: Parts, host: string, port: Edge["port"]): string[] {
  const protocol = port.name.startsWith("tls-") ? "TLS" : "TCP";
  const entry = entries.find(({ spec }) => spec.hosts[0] === host)?.spec.ports[0];
  const told = { number: entry?.number, name: entry?.name, protocol: entry?.protocol };
  if (!isDeepStrictEqual(told, { ...port, protocol }))
    return [`no ServiceEntry knows ${host}:${port.number} as ${port.name}`];
  const way = ways.find(({ spec }) => spec.hosts[0] === host)?.spec;
  const door = gateways.find(({ spec }) => spec.servers[0]?.hosts[0] === `tapline/${host}`);
  if (way === undefined || door === undefined) return [`no door leads out to ${host}`];
  const doorName = `tapline/${door.name}`;
  const through = (gatewayName: string, routes: VirtualService["tcp"]) =>
    (routes ?? []).filter(({ match }) => match[0]?.gateways?.[0] === gatewayName);
  const [server] = door.spec.servers;
  const out = through("mesh", protocol === "TLS" ? way.tls : way.tcp);
  const subset = subsets.find(({ name }) => name === out[0]?.route[0]?.destination.subset);
  const seen = {
    door: [door.spec.selector["tapline.dev/service"], server?.tls.mode, server?.port.number],
    gateways: sorted(way.gateways),
    out: out.map(({ match, route }) => [match[0]?.port, match[0]?.sniHosts, destinationOf(route)]),
    subset: [subset?.host, subset?.trafficPolicy.portLevelSettings[0].port.number],
    sni: subset?.trafficPolicy.portLevelSettings[0].tls.sni,
    on: through(doorName, way.tcp).map(({ match, route }) => [match[0]?.port, destinationOf(route)]),
  };
  const egress = `egress${domain}`;
  const expected: typeof seen = {
    door: ["egress", "ISTIO_MUTUAL", egressPort],
    gateways: sorted(["mesh", doorName]),
    out: [[port.number, protocol === "TLS" ? [host] : undefined, `${egress}:${egressPort}`]],
    subset: [egress, egressPort],
    sni: host,
    on: [[egressPort, `${host}:${port.number}`]],
  };
  return isDeepStrictEqual(seen, expected) ? [] : [`${host} is reached by ${JSON.stringify(seen)}`];
}

function destinationOf(route: NonNullable<VirtualService["tcp"]>[number]["route"]): string {
  return route.map(({ destination: { host, port } }) => `${host}:${port.number}`).join();
}

/** A sample of each operation, and what a router makes of it. */
function judgeConsole(way: VirtualService): string[] {
  const routes = way.http ?? [];
  const fits = (match: Text, text: string) => {
    if ("exact" in match) return match.exact === text;
    return "prefix" in match ? text.startsWith(match.prefix) : new RegExp(`^(?:${match.regex})$`).test(text);
  };
  const routeOf = (method: string, path: string, headers: Record<string, string>) =>
    routes.find(({ match: [one] }) => {
      if (one === undefined) return false;
      const isAsked = !("uri" in one) || (fits(one.method, method) && fits(one.uri, path));
      const named = "headers" in one ? Object.entries(one.headers) : [];
      return isAsked && named.every(([name, value]) => fits(value, headers[name] ?? ""));
    });
  const preview = routeOf("GET", "/", { "x-tapline-preview": "green" });
  const faults =
    preview?.route[0]?.destination.host === `web-preview${domain}` && preview.retries.attempts === 0
      ? []
      : ["no header leads to the preview"];
  return [
    ...faults,
    ...colours.flatMap((colour) => {
      const parts = (cookie: string) => routeOf("GET", "/_next/static/x.js", { cookie });
      const wanted = `web-${colour}${domain}:${servicePorts.web.number} within 30s`;
      const isLed = [`tapline-colour=${colour}`, `a=b; tapline-colour=${colour}; c=d`].every((cookie) => {
        const led = parts(cookie);
        return led !== undefined && `${destinationOf(led.route)} within ${led.timeout}` === wanted;
      });
      const isAlone = parts(`no-tapline-colour=${colour}x`)?.route.length === 2;
      return isLed && isAlone ? [] : [`parts of a page of ${colour} come from elsewhere`];
    }),
    ...consoleOperations.flatMap(({ methods, path, idempotent, withinMs }) =>
      methods.flatMap((method) => {
        const route = routeOf(method, path.replace("*", "x"), {});
        const asked = `${method} ${path}`;
        if (route === undefined) return [`${asked} leads nowhere`];
        const timeout = withinMs === null ? "0s" : `${withinMs / 1_000}s`;
        return [
          ...(route.timeout === timeout ? [] : [`${asked} has ${route.timeout} instead of ${timeout}`]),
          ...(!idempotent && route.retries.attempts > 0 ? [`${asked} is tried again`] : []),
          ...(route.name === "reads" && route.retries.attempts === 0 ? [`${asked} is not tried again`] : []),
          ...judgeColours("web", servicePorts.web.number, route.route),
        ];
      }),
    ),
  ];
}

type Text = { exact: string } | { prefix: string } | { regex: string };
type Route = VirtualService["tls"];

/** All to blue at rest, and both there for NoOps to shift between. */
function judgeColours(service: string, port: number, route: NonNullable<Route>[number]["route"]): string[] {
  const told = route.map(
    ({ destination, weight }) => `${destination.host}:${destination.port.number}=${weight}`,
  );
  const wanted = [`${service}-blue${domain}:${port}=100`, `${service}-green${domain}:${port}=0`];
  return sorted(told) === sorted(wanted) ? [] : [`${service} is shared as ${sorted(told)}`];
}

/** How agents and browsers get in, and that what leads on is there. */
export function judgeInward(manifests: readonly Manifest[]): string[] {
  const ways = specsOf(manifests, "VirtualService", virtualService);
  const servers = specsOf(manifests, "Gateway", gateway)
    .filter(({ spec }) => spec.selector["tapline.dev/service"] === "ingress")
    .flatMap(({ spec }) => spec.servers);
  const { taps, stream } = servicePorts;
  const told = servers.map(
    ({ port, tls, hosts }) => `${port.number} ${port.name} ${port.protocol} ${tls.mode} ${hosts[0]}`,
  );
  const wanted = [
    "443 https-web HTTPS SIMPLE tapline/console.tapline.example",
    ...[taps, stream].map(
      (port) => `${port.number} ${port.name} TLS PASSTHROUGH tapline/taps.tapline.example`,
    ),
  ];
  const faults = sorted(told) === sorted(wanted) ? [] : [`the gateway takes ${sorted(told)}`];
  const inward = ways.filter(({ spec }) => spec.gateways.join() === "tapline/ingress");
  const ingest = inward.find(({ name }) => name === "ingest")?.spec;
  const web = inward.find(({ name }) => name === "web")?.spec;
  if (ingest?.hosts[0] !== "taps.tapline.example" || web?.hosts[0] !== "console.tapline.example")
    return [...faults, "a name of the gateway leads nowhere"];
  for (const { number } of [taps, stream]) {
    const route = ingest.tls?.find(
      ({ match: [one] }) => one?.port === number && one.sniHosts?.join() === ingest.hosts[0],
    );
    faults.push(
      ...(route === undefined
        ? [`agents at ${number} are led nowhere`]
        : judgeColours("ingest", number, route.route)),
    );
  }
  const services = specsOf(manifests, "Service", serviceForm);
  const listed = new Set([
    ...services.flatMap(({ name, spec }) => spec.ports.map(({ port }) => `${name}${domain}:${port}`)),
    ...specsOf(manifests, "ServiceEntry", serviceEntry).map(
      ({ spec }) => `${spec.hosts[0]}:${spec.ports[0].number}`,
    ),
  ]);
  const destinations = ways.flatMap(({ spec }) =>
    [...(spec.http ?? []), ...(spec.tls ?? []), ...(spec.tcp ?? [])].flatMap(({ route }) =>
      route.map(({ destination }) => destination),
    ),
  );
  const missing = destinations.filter(({ host, port }) => !listed.has(`${host}:${port.number}`));
  return [
    ...faults,
    ...judgeConsole(web),
    ...missing.map(({ host, port }) => `there is no ${host}:${port.number}`),
  ];
}
