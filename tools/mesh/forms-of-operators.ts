import { z } from "zod";
import { statusPort } from "./edges-of-components.ts";
import { type Manifest, nameOf, specOf } from "./manifest.ts";

/**
 * Kinds of operators for which no package on npm has a schema: CloudNativePG's. So they have the fields that stand here, and no
 * other; whether the operator takes them, nothing here says but its documentation.
 */
const kinds: Readonly<Record<string, z.ZodType>> = {
  "postgresql.cnpg.io/v1/Cluster": z.strictObject({
    // What is past the proxies is the operator's port, and nothing else.
    inheritedMetadata: z.strictObject({
      annotations: z.strictObject({
        "traffic.sidecar.istio.io/excludeInboundPorts": z.literal(String(statusPort.number)),
        "traffic.sidecar.istio.io/excludeOutboundPorts": z.literal(String(statusPort.number)),
      }),
    }),
    instances: z.number().int().positive(),
    minSyncReplicas: z.number().int().positive().optional(),
    maxSyncReplicas: z.number().int().positive().optional(),
    storage: z.strictObject({ size: z.string() }),
    postgresql: z.strictObject({
      parameters: z.strictObject({ max_connections: z.string().regex(/^\d+$/) }),
    }),
    resources: z.strictObject({
      requests: z.strictObject({ cpu: z.string(), memory: z.string() }),
      limits: z.strictObject({ memory: z.string() }),
    }),
    affinity: z.strictObject({ topologyKey: z.string() }),
    bootstrap: z.strictObject({ initdb: z.strictObject({ database: z.string(), owner: z.string() }) }),
    managed: z.strictObject({
      roles: z.array(
        z.strictObject({
          name: z.string(),
          ensure: z.literal("present"),
          login: z.literal(true),
          passwordSecret: z.strictObject({ name: z.string() }),
        }),
      ),
    }),
  }),
};

const formOf = ({ apiVersion, kind }: Manifest) => kinds[`${apiVersion}/${kind}`];

export const hasOwnForm = (manifest: Manifest): boolean => formOf(manifest) !== undefined;

/** @returns what does not fit, empty where all does */
export function checkOwnForm(manifest: Manifest): string[] {
  const form = formOf(manifest);
  if (form === undefined) return [`${nameOf(manifest)}: no form is known of this kind`];
  try {
    specOf<unknown>(manifest, form);
    return [];
  } catch (error) {
    return [`${nameOf(manifest)}: ${error instanceof Error ? error.message : String(error)}`];
  }
}
