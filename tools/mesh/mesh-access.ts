import { authorizationSpec, type MeshPolicies, peerAuthenticationSpec } from "@tapline/core/telemetry";
import type { z } from "zod";
import { type Manifest, specOf } from "./manifest.ts";

/** @throws ZodError where a policy has what is not understood here, such as another action */
export function meshPolicies(manifests: readonly Manifest[]): MeshPolicies {
  const read = <Spec>(kind: string, schema: z.ZodType<Spec>) =>
    manifests
      .filter((one) => one.kind === kind)
      .map((one) => ({ namespace: one.metadata.namespace ?? "", spec: specOf(one, schema) }));
  return {
    authorizations: read("AuthorizationPolicy", authorizationSpec),
    peers: read("PeerAuthentication", peerAuthenticationSpec),
  };
}
