import { messageOf } from "@tapline/core/kernel";
import { z } from "zod";
import { ApiFailure } from "./api-failure.ts";
import { ClusterApi } from "./cluster-api.ts";
import { type ClusterConfig, kubeconfig } from "./cluster-config.ts";
import { type ClusterObject, objectSchema } from "./resources.ts";

/** What was read of a cluster, or why it was not: no right to, not installed, no answer. */
export type Read<Value> =
  | { readonly is: "known"; readonly value: Value }
  | { readonly is: "unknown"; readonly why: string };

const istio = "apis/networking.istio.io/v1";
const security = "apis/security.istio.io/v1";

/** What is read of the namespace of the installation. */
const inside = {
  deployments: "apis/apps/v1/namespaces/{ns}/deployments",
  rollouts: "apis/argoproj.io/v1alpha1/namespaces/{ns}/rollouts",
  pods: "api/v1/namespaces/{ns}/pods",
  budgets: "apis/policy/v1/namespaces/{ns}/poddisruptionbudgets",
  networkPolicies: "apis/networking.k8s.io/v1/namespaces/{ns}/networkpolicies",
  peerAuthentications: `${security}/namespaces/{ns}/peerauthentications`,
  authorizationPolicies: `${security}/namespaces/{ns}/authorizationpolicies`,
  virtualServices: `${istio}/namespaces/{ns}/virtualservices`,
  destinationRules: `${istio}/namespaces/{ns}/destinationrules`,
  sidecars: `${istio}/namespaces/{ns}/sidecars`,
  serviceEntries: `${istio}/namespaces/{ns}/serviceentries`,
  certificates: "apis/cert-manager.io/v1/namespaces/{ns}/certificates",
} as const;

/** What is read of the stores' namespace, of the mesh's own, and of all nodes. */
const around = {
  storeNetworkPolicies: "apis/networking.k8s.io/v1/namespaces/{stores}/networkpolicies",
  storePeerAuthentications: `${security}/namespaces/{stores}/peerauthentications`,
  storeAuthorizationPolicies: `${security}/namespaces/{stores}/authorizationpolicies`,
  meshWide: `${security}/namespaces/{mesh}/peerauthentications`,
  controlPlane: "api/v1/namespaces/{mesh}/pods",
  nodeLeases: "apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases",
} as const;

const paths = { ...inside, ...around };
export type InspectedKind = keyof typeof paths;

/** What an installation does well without: where nobody has installed them there are none, and nothing was missed. */
const optional: ReadonlySet<string> = new Set<InspectedKind>(["rollouts"]);

/** One look at an installation in a cluster. */
export type ClusterPicture = Readonly<{
  namespace: string;
  /** Where the stores are, if they are in the cluster. */
  storeNamespace: string;
  /** Whoever asked, by its own clock: before and after the version was read. */
  askedAtEpochMs: number;
  answeredAtEpochMs: number;
  /** By the API server's clock, to the second; null where it does not say. */
  serverEpochMs: number | null;
  version: string;
  objects: Readonly<Record<InspectedKind, Read<readonly ClusterObject[]>>>;
}>;

const versionSchema = z.looseObject({ gitVersion: z.string() });
const listSchema = z.looseObject({ items: z.array(objectSchema) });

/**
 * Looks at an installation with the rights of a kubeconfig, and changes nothing. What it may not read it says so.
 * @param path of the kubeconfig; its current context names the namespace where `namespace` is left out
 * @throws TaplineError `misconfigured`; an ApiFailure where the API server itself does not answer
 */
export async function inspectCluster(
  path: string,
  names: { readonly namespace?: string | undefined; readonly stores: string; readonly mesh: string },
): Promise<ClusterPicture> {
  const config = kubeconfig(path);
  const context = config.getContextObject(config.getCurrentContext());
  return await inspect(config, { ...names, namespace: names.namespace ?? context?.namespace ?? "tapline" });
}

async function inspect(
  config: ClusterConfig,
  names: { readonly namespace: string; readonly stores: string; readonly mesh: string },
): Promise<ClusterPicture> {
  const api = new ClusterApi(config, names.namespace);
  const askedAtEpochMs = Date.now();
  const { body, serverEpochMs } = await api.read("/version");
  const answeredAtEpochMs = Date.now();
  const kinds = Object.entries(paths).map(
    async ([kind, at]): Promise<[string, Read<readonly ClusterObject[]>]> => {
      const { namespace, stores, mesh } = names;
      const full = `/${at.replace("{ns}", namespace).replace("{stores}", stores).replace("{mesh}", mesh)}`;
      return [kind, await listed(api, full, optional.has(kind))];
    },
  );
  return {
    ...{ namespace: names.namespace, storeNamespace: names.stores },
    ...{ askedAtEpochMs, answeredAtEpochMs, serverEpochMs },
    version: versionSchema.parse(body).gitVersion,
    objects: Object.fromEntries(await Promise.all(kinds)) as ClusterPicture["objects"],
  };
}

async function listed(
  api: ClusterApi,
  path: string,
  isOptional: boolean,
): Promise<Read<readonly ClusterObject[]>> {
  try {
    return { is: "known", value: listSchema.parse((await api.read(path)).body).items };
  } catch (error) {
    if (isOptional && isNotInstalled(error)) return { is: "known", value: [] };
    return { is: "unknown", why: whyNot(error, path) };
  }
}

const isNotInstalled = (error: unknown): boolean => error instanceof ApiFailure && error.status === 404;

function whyNot(error: unknown, path: string): string {
  const plural = path.split("/").at(-1);
  if (isNotInstalled(error)) return `${plural} are not installed`;
  if (error instanceof ApiFailure && error.status === 403) return `this kubeconfig may not list ${plural}`;
  return messageOf(error);
}
