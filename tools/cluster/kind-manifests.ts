import { join } from "node:path";
import { type Manifest, nameOf, readManifests, render, valueAt } from "../mesh/index.ts";
import type { Keys } from "./kind-secrets.ts";

const overlay = join(import.meta.dirname, "../../istio/overlays/kind");
const trialArchive = join(import.meta.dirname, "trial-archive.yaml");

/** What of the overlay a trial sets otherwise, by the object's kind and name; each must be there. */
function changesOf({ archive }: Keys): Readonly<Record<string, (object: Manifest) => Manifest>> {
  const withData = (more: object) => (object: Manifest) => ({
    ...object,
    data: { ...(object.data as object), ...more },
  });
  return {
    "v1/ConfigMap/tapline/tapline-archive-settings": withData({
      TAPLINE_ARCHIVE_URL: "sftp://tapline@archive.tapline.example:22/archive/",
      TAPLINE_ARCHIVE_HOST_KEY: archive.hostKeyPin,
    }),
    // Trackers of a trial do not sign.
    "v1/ConfigMap/tapline/tapline-worker-settings": withData({ TAPLINE_UNSIGNED_TAPS: "accept" }),
    // The name is nobody's in the world: it leads to the trial's archive.
    "networking.istio.io/v1/ServiceEntry/tapline/archives": (object) => ({
      ...object,
      spec: {
        ...(object.spec as object),
        endpoints: [{ address: "archive.tapline-archive.svc.cluster.local" }],
      },
    }),
  };
}

/**
 * All that a trial installation is made of: the overlay `kind` with its keys, and an archive.
 * @param image of Tapline, as it was loaded into the cluster's nodes
 * @throws Error where the overlay lacks what is changed here
 */
export function kindManifests(keys: Keys, image: string): Manifest[] {
  const changes = changesOf(keys);
  const built = render(overlay);
  const missing = Object.keys(changes).filter((name) => !built.some((one) => nameOf(one) === name));
  if (missing.length > 0) throw new Error(`the overlay kind has no ${missing.join(", ")}`);
  const own = built.map((object) => withImage(changes[nameOf(object)]?.(object) ?? object, image));
  const archiveKeys: Manifest = {
    ...{ apiVersion: "v1", kind: "Secret", metadata: { name: "archive-keys", namespace: "tapline-archive" } },
    stringData: { "host.key": keys.archive.hostKey, "client.pub": keys.archive.clientPublicKey },
  };
  return [...own, ...keys.manifests, ...readManifests(trialArchive), archiveKeys];
}

/** Ours in place of what the overlay names; stores and proxies have others. */
function withImage(object: Manifest, image: string): Manifest {
  const containers = valueAt(object, "spec", "template", "spec", "containers");
  if (!Array.isArray(containers)) return object;
  const named = containers.map((one: { image: string }) =>
    one.image.startsWith("tapline:") ? { ...one, image } : one,
  );
  const spec = object.spec as { template: { spec: object } };
  const template = { ...spec.template, spec: { ...spec.template.spec, containers: named } };
  return { ...object, spec: { ...spec, template } };
}
