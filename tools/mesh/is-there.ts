import type { Manifest } from "./manifest.ts";

/** Whether an object is among these. */
export const isThere = (
  manifests: readonly Manifest[],
  kind: string,
  name: string,
  namespace: string | undefined,
): boolean =>
  manifests.some(
    (one) => one.kind === kind && one.metadata.name === name && one.metadata.namespace === namespace,
  );
