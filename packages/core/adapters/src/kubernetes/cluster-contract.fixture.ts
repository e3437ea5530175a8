import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ActuatorUnderTest } from "../../../contracts/actuator.ts";
import { ClusterAdmin } from "./cluster-admin.fixture.ts";
import { type ClusterConfig, serviceAccountConfig } from "./cluster-config.ts";
import { labelsOf } from "./cluster-objects.fixture.ts";
import { manifestsOfNoops } from "./cluster-role.fixture.ts";
import { KubernetesActuator } from "./kubernetes-actuator.ts";

const shared = "ingest";
const service = "validation";
/** Small, ready once it runs, and in two versions. */
const image = "registry.k8s.io/pause:3.9";

/**
 * A namespace of its own with two services of two colours, and hands with the rights of the manifests' Role alone.
 * @param config of somebody who may make namespaces; the cluster has Istio's VirtualServices
 */
export async function openInNamespace(config: ClusterConfig): Promise<ActuatorUnderTest> {
  const admin = new ClusterAdmin(config);
  const namespace = `tapline-test-${randomBytes(4).toString("hex")}`;
  await admin.create("api/v1/namespaces", { metadata: { name: namespace } });
  const folder = await mkdtemp(join(tmpdir(), "tapline-account-"));
  const close = async () => {
    await admin.remove(`api/v1/namespaces/${namespace}`);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await makeAccount(admin, config, namespace, folder);
    await makeServices(admin, namespace);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    actuator: new KubernetesActuator({ config: serviceAccountConfig(config.server, folder), namespace }),
    ...{ service, shared, version: "3.10" },
    kill: (replica) => admin.remove(`api/v1/namespaces/${namespace}/pods/${replica}`),
    close,
  };
}

async function makeAccount(
  admin: ClusterAdmin,
  config: ClusterConfig,
  namespace: string,
  folder: string,
): Promise<void> {
  const core = `api/v1/namespaces/${namespace}`;
  const rbac = `apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
  const paths: Record<string, string> = {
    ...{ ServiceAccount: `${core}/serviceaccounts`, Role: `${rbac}/roles` },
    RoleBinding: `${rbac}/rolebindings`,
  };
  for (const manifest of manifestsOfNoops())
    await admin.create(paths[manifest.kind] ?? manifest.kind, manifest);
  const asked = {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec: { expirationSeconds: 3_600 },
  };
  const { status } = await admin.create(`${core}/serviceaccounts/noops/token`, asked);
  await writeFile(join(folder, "token"), String((status as { token?: unknown }).token));
  const { caData, caFile } = config.getCurrentCluster() ?? {};
  const authority = caData === undefined ? await readFile(caFile ?? "") : Buffer.from(caData, "base64");
  await writeFile(join(folder, "ca.crt"), authority);
}

async function makeServices(admin: ClusterAdmin, namespace: string): Promise<void> {
  for (const name of [service, shared])
    for (const [colour, replicas] of Object.entries({ blue: 1, green: 0 }))
      await admin.create(
        `apis/apps/v1/namespaces/${namespace}/deployments`,
        deployment(name, colour, replicas),
      );
  const route = [{ destination: { host: `${shared}-blue` }, weight: 100 }];
  await admin.create(`apis/networking.istio.io/v1/namespaces/${namespace}/virtualservices`, {
    ...{ apiVersion: "networking.istio.io/v1", kind: "VirtualService" },
    metadata: { name: shared, labels: labelsOf(shared) },
    spec: { hosts: [shared], http: [{ route }] },
  });
}

function deployment(name: string, colour: string, replicas: number): object {
  const labels = labelsOf(name, colour);
  return {
    ...{ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: `${name}-${colour}`, labels } },
    spec: {
      replicas,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name, image }] } },
    },
  };
}
