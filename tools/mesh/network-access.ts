import { type NetworkPolicy, networkPolicyOf, networkPolicySpec } from "@tapline/core/telemetry";
import { type Manifest, specOf } from "./manifest.ts";

/** @throws ZodError where a policy has what is not understood here */
export function networkPolicies(manifests: readonly Manifest[]): NetworkPolicy[] {
  return manifests
    .filter(({ kind }) => kind === "NetworkPolicy")
    .map((one) => networkPolicyOf(one.metadata.namespace ?? "", specOf(one, networkPolicySpec)));
}
