import { type Edge, egressPort } from "@tapline/core/telemetry";
import { byteRule, egressRule, httpRule, service as serviceForm, storeRule } from "./forms.ts";
import { type Manifest, nameOf, specOf, valueAt } from "./manifest.ts";
import { domain, places } from "./places.ts";

/** They are of the installation as a whole. */
const ofNobody: ReadonlySet<string> = new Set([
  "deny-all",
  "services",
  "doors",
  "tapline",
  "default",
  "tapline-data",
]);
/** Several services take something from one of them. */
const shared = /^(ConfigMap|ExternalSecret|ValidatingAdmissionPolicy(Binding)?)$/;
const clusterWide = /^(Namespace|ValidatingAdmissionPolicy(Binding)?)$/;
const namespaces: ReadonlySet<string | undefined> = new Set(["tapline", "tapline-data"]);
const protocols: ReadonlySet<string> = new Set(["http", "http2", "https", "grpc", "tls", "tcp"]);
const words: ReadonlySet<string | undefined> = new Set(places.map(({ name }) => name));

/** That no two objects have one name: of two the later one would win in the cluster. */
export function lintNames(manifests: readonly Manifest[]): string[] {
  const names = manifests.map(nameOf);
  return names.filter((name, at) => names.indexOf(name) !== at).map((name) => `${name} is there twice`);
}

/** That each object says whose it is, and lies where it works. */
export function lintLabels(manifests: readonly Manifest[]): string[] {
  return manifests.flatMap((manifest) => {
    const { metadata, kind } = manifest;
    const meshWide = kind === "PeerAuthentication" && metadata.name === "default";
    const home = meshWide ? metadata.namespace === "istio-system" : namespaces.has(metadata.namespace);
    const word = metadata.labels?.["tapline.dev/service"];
    return [
      ...(metadata.labels?.["app.kubernetes.io/part-of"] === "tapline"
        ? []
        : ["is not labelled as Tapline's"]),
      ...(ofNobody.has(metadata.name) || shared.test(kind) || words.has(word)
        ? []
        : ["does not say whose it is"]),
      ...(clusterWide.test(kind) || home ? [] : ["lies in no namespace of ours"]),
    ].map((fault) => `${nameOf(manifest)} ${fault}`);
  });
}

/** That each Service tells the protocol of its ports, and is bounded by a DestinationRule of its own. */
export function lintServices(manifests: readonly Manifest[], edges: readonly Edge[]): string[] {
  const rules = new Map<unknown, Manifest>(
    manifests
      .filter(({ kind }) => kind === "DestinationRule")
      .map((rule) => [valueAt(rule, "spec", "host"), rule]),
  );
  const hosts = new Set<unknown>([
    ...manifests.filter(({ kind }) => kind === "Service").map(({ metadata }) => `${metadata.name}${domain}`),
    ...places.flatMap(({ hosts: names }) => names),
  ]);
  const faults = [...rules.keys()]
    .filter((host) => !hosts.has(host))
    .map((host) => `there is no ${String(host)} for a rule`);
  const form = (host: string) => {
    if (host === `egress${domain}`) return egressRule;
    return host.endsWith(domain) ? (host.startsWith("web") ? httpRule : byteRule) : storeRule;
  };
  // Who calls these has no proxy that a rule would bind: the load balancer before the gateway, and KEDA.
  const bare = new Set([`ingress${domain}`, `balance${domain}`]);
  // What the stores' Services are called is said by the table of places, as where others run them.
  const services = manifests.filter(
    ({ kind, metadata }) => kind === "Service" && metadata.namespace === "tapline",
  );
  const bound = [
    ...services.map(({ metadata }) => `${metadata.name}${domain}`),
    ...places.filter(({ namespace }) => namespace === "tapline-data").flatMap(({ hosts: names }) => names),
  ].filter((host) => !bare.has(host));
  for (const host of bound) {
    const rule = rules.get(host);
    if (rule === undefined) faults.push(`no DestinationRule bounds ${host}`);
    else specOf<unknown>(rule, form(host));
  }
  for (const manifest of services) {
    const [{ ports, selector }, { metadata }] = [specOf(manifest, serviceForm), manifest];
    const word = metadata.labels?.["tapline.dev/service"];
    if (selector["tapline.dev/service"] !== word)
      faults.push(`Service ${metadata.name} selects somebody else`);
    for (const { name, port } of ports)
      if (
        !protocols.has(name.split("-")[0] ?? "") ||
        (port !== egressPort && !edges.some((edge) => edge.port.number === port))
      )
        faults.push(`port ${name} of Service ${metadata.name} tells no protocol, or is nobody's`);
  }
  return faults;
}

/** That what runs behind a Service of the mesh's own doors survives a drain. */
export function lintBudgets(manifests: readonly Manifest[]): string[] {
  const budgets = manifests
    .filter(({ kind }) => kind === "PodDisruptionBudget")
    .map(({ metadata }) => metadata.name);
  return manifests
    .filter(({ kind }) => kind === "Deployment")
    .filter(({ metadata }) => !budgets.includes(metadata.name.replace(/-(blue|green)$/, "")))
    .map(({ metadata }) => `Deployment ${metadata.name} has no PodDisruptionBudget`);
}
