import { colourHost, ownRoutePrefix } from "./names.ts";
import { type ClusterObject, type Destination, type Routes, virtualServiceSpec } from "./resources.ts";

const protocols = ["http", "tls", "tcp"] as const;

/** `ingest-blue.tapline.svc.cluster.local` is the Service `ingest-blue`, too. */
function leadsTo(destination: Destination, host: string): boolean {
  return destination.destination.host.split(".", 1)[0] === host;
}

const isShared = ({ name }: Routes[number]): boolean => name?.startsWith(ownRoutePrefix) !== true;

/** Percent that go to green; null where the object sends nothing to either colour. */
export function greenPercentOf(service: string, virtualService: ClusterObject): number | null {
  const spec = virtualServiceSpec.parse(virtualService.spec);
  for (const route of protocols.flatMap((protocol) => spec[protocol] ?? []).filter(isShared)) {
    const green = weightOf(route.route ?? [], colourHost(service, "green"));
    const blue = weightOf(route.route ?? [], colourHost(service, "blue"));
    if (green + blue > 0) return (100 * green) / (green + blue);
  }
  return null;
}

function weightOf(destinations: readonly Destination[], host: string): number {
  // A lone destination gets all, whatever it says.
  const lone = destinations.length === 1;
  return destinations
    .filter((destination) => leadsTo(destination, host))
    .reduce((sum, { weight }) => sum + (lone ? 100 : (weight ?? 0)), 0);
}

/**
 * The change that shares a service's traffic, in every route that leads to one of its colours but those of one colour alone. A patch exchanges lists whole: all
 * else in them is given back as it was.
 */
export function shareChange(
  service: string,
  virtualService: ClusterObject,
  greenPercent: number,
): { spec: object } {
  const spec = virtualServiceSpec.parse(virtualService.spec);
  const hosts = { green: colourHost(service, "green"), blue: colourHost(service, "blue") };
  const shared = (routes: Routes) =>
    routes.map((route) => {
      const old = route.route ?? [];
      const any = old.find((one) => leadsTo(one, hosts.green) || leadsTo(one, hosts.blue));
      if (any === undefined || !isShared(route)) return route;
      const towards = (host: string, weight: number) => {
        const own = old.find((one) => leadsTo(one, host));
        const [, ...domain] = any.destination.host.split(".");
        const destination = { ...any.destination, host: [host, ...domain].join(".") };
        return { ...(own ?? { ...any, destination }), weight };
      };
      return {
        ...route,
        route: [towards(hosts.blue, 100 - greenPercent), towards(hosts.green, greenPercent)],
      };
    });
  const changed = protocols.flatMap((protocol) => {
    const routes = spec[protocol];
    return routes === undefined ? [] : [[protocol, shared(routes)] as const];
  });
  return { spec: Object.fromEntries(changed) };
}
