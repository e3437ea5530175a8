import { messageOf } from "@tapline/core/kernel";
import { type Edge, edges as installed } from "@tapline/core/telemetry";
import { judgeMesh, judgeNetwork } from "./judge-access.ts";
import { judgeInward, judgeOutward, judgeReach } from "./judge-ways.ts";
import { lintBudgets, lintLabels, lintNames, lintServices } from "./lint.ts";
import type { Manifest } from "./manifest.ts";

type Judge = Readonly<{
  kinds: RegExp;
  faults: (manifests: readonly Manifest[], edges: readonly Edge[]) => Iterable<string>;
}>;

/** Each looks at some kinds alone, so that a change of one asks only those whom it concerns. */
const judges: readonly Judge[] = [
  { kinds: /./, faults: lintLabels },
  { kinds: /^Namespace$/, faults: lintNames },
  { kinds: /^(Service|DestinationRule|ServiceEntry)$/, faults: lintServices },
  { kinds: /^(Deployment|PodDisruptionBudget)$/, faults: lintBudgets },
  { kinds: /^NetworkPolicy$/, faults: judgeNetwork },
  { kinds: /^(AuthorizationPolicy|PeerAuthentication)$/, faults: judgeMesh },
  { kinds: /^Sidecar$/, faults: judgeReach },
  { kinds: /^(ServiceEntry|VirtualService|Gateway|DestinationRule)$/, faults: judgeOutward },
  { kinds: /^(Service|ServiceEntry|VirtualService|Gateway)$/, faults: judgeInward },
];

/**
 * What is wrong with manifests, by the table of edges and by the forms of the house; empty where nothing is.
 * @param edges default: the table of what our programs call; components may bring more
 */
export function judge(manifests: readonly Manifest[], edges: readonly Edge[] = installed): string[] {
  return judges.flatMap((one) => [...faultsOf(one, manifests, edges)]);
}

/** Whether anything is wrong that those see who look at this kind; the first fault is enough. */
export function isAtFault(
  manifests: readonly Manifest[],
  kind: string,
  edges: readonly Edge[] = installed,
): boolean {
  return judges.some((one) => one.kinds.test(kind) && faultsOf(one, manifests, edges).next().done === false);
}

function* faultsOf(
  { faults }: Judge,
  manifests: readonly Manifest[],
  edges: readonly Edge[],
): Generator<string> {
  try {
    yield* faults(manifests, edges);
  } catch (error) {
    yield messageOf(error);
  }
}
