import { type MeshParty, meshServices } from "@tapline/core/telemetry";

/** With what it is called by; none: nobody calls it by a name. */
export type Party = MeshParty & { readonly hosts: readonly string[] };

export const space = "tapline";
export const domain = `.${space}.svc.cluster.local`;

function party(name: string, of: Partial<Party>): Party {
  return { name, namespace: null, account: name, labels: {}, proxied: false, hosts: [], ...of };
}

const ours = (name: string) =>
  party(name, {
    ...{ namespace: space, proxied: true },
    labels: { "app.kubernetes.io/part-of": "tapline", "tapline.dev/service": name },
    hosts: [`${name}${domain}`],
  });

const data = (name: string, host: string, labels: Record<string, string>, account = name) =>
  party(name, {
    ...{ namespace: "tapline-data", account },
    proxied: true,
    hosts: [`${host}.tapline-data.svc.cluster.local`],
    labels,
  });

const monitoring = (name: string, host: string, label: string) =>
  party(name, {
    ...{ namespace: "monitoring", hosts: [`${host}.monitoring.svc.cluster.local`] },
    labels: { "app.kubernetes.io/name": label },
  });

/** Names of edges, and where the manifests say that they are. */
export const places: readonly Party[] = [
  ...meshServices.map(ours),
  // The last one where its component is taken in.
  ...["ingress", "egress", "migrations", "ratelimit"].map(ours),
  data("redis", "redis", { "app.kubernetes.io/name": "redis" }),
  // The operator names the account of its pods after the Cluster.
  data("postgresql", "tapline-rw", { "cnpg.io/cluster": "tapline" }, "tapline"),
  monitoring("collector", "otel-collector", "opentelemetry-collector"),
  monitoring("prometheus", "prometheus", "prometheus"),
  party("keda", { namespace: "keda", labels: { app: "keda-operator" } }),
  party("cnpg", { namespace: "cnpg-system", labels: { "app.kubernetes.io/name": "cloudnative-pg" } }),
  party("kubernetes", { hosts: ["kubernetes.default.svc.cluster.local"] }),
  party("agents", {}),
  party("browsers", {}),
  party("archives", { hosts: ["archive.tapline.example"] }),
  party("witnesses", { hosts: ["witness.tapline.example"] }),
  party("webhooks", { hosts: ["hooks.tapline.example"] }),
  party("mail", { hosts: ["mail.tapline.example"] }),
  party("identity-provider", { hosts: ["identity.tapline.example"] }),
  party("push-services", {
    hosts: ["fcm.googleapis.com", "updates.push.services.mozilla.com", "web.push.apple.com"],
  }),
];

/** Who has no business here, and must get nowhere: pods without a label of ours, or of elsewhere, by names that are ours. */
export const strangers: readonly Party[] = [
  party("unlabelled", { namespace: space, proxied: true }),
  party("unlabelled data", { namespace: "tapline-data", proxied: true }),
  party("elsewhere", {
    ...{ namespace: "default", account: "ingress", proxied: true },
    labels: {
      "tapline.dev/service": "ingress",
      app: "keda-operator",
      "app.kubernetes.io/name": "prometheus",
    },
  }),
  party("neighbour", { namespace: "monitoring", proxied: true }),
  party("other-keda", { namespace: "keda" }),
  party("other-cnpg", { namespace: "cnpg-system" }),
];

export function placeOf(name: string): Party {
  const found = places.find((place) => place.name === name);
  if (found === undefined)
    throw new Error(`the table of edges names ${name}, and nothing says where that is`);
  return found;
}
