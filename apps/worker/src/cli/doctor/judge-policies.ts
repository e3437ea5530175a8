import { meshServices } from "@tapline/core/telemetry";
import type { ClusterPicture } from "../../wire/commands/cluster.ts";
import { type Call, callsTo } from "./calls.ts";
import { type Finding, fault, judged } from "./finding.ts";
import { judgeOutward, outsideHosts } from "./judge-outward.ts";
import { judgeRequests } from "./judge-requests.ts";
import {
  allowing,
  deniesAllElse,
  isOf,
  type Policy,
  portsOf,
  principalsOf,
  remedyFor,
} from "./policy-rules.ts";
import { withObjects } from "./read-objects.ts";

const check = "policies";
const kinds = ["authorizationPolicies", "serviceEntries"] as const;
const callees: readonly string[] = [...meshServices, "ingress", "egress"];

/** Whether what nobody has allowed is denied, and what is allowed is what the table of edges says. */
export function judgePolicies(picture: ClusterPicture): readonly Finding[] {
  return withObjects(check, picture, kinds, ({ authorizationPolicies, serviceEntries }) => {
    const { specs, unread } = allowing(check, authorizationPolicies);
    if (unread.length > 0) return unread;
    const policies = specs.map(
      (one): Policy => ({ ...one, service: one.spec.selector?.matchLabels["tapline.dev/service"] ?? null }),
    );
    const { namespace } = picture;
    return judged(
      check,
      [
        ...(deniesAllElse(policies)
          ? []
          : [
              fault(
                check,
                "nothing denies what nobody has allowed",
                "apply istio/base: an empty AuthorizationPolicy",
              ),
            ]),
        ...policies.flatMap((policy) => tooMuch(policy, namespace)),
        ...callees.flatMap((service) => tooLittle(service, policies, namespace)),
        ...callees.flatMap((service) => judgeRequests(service, policies, namespace)),
        ...judgeOutward(policies, namespace, outsideHosts(serviceEntries)),
      ],
      `all is denied but what ${policies.length} policies allow, as the table of edges has it`,
    );
  });
}

/** Where whoever calls has no certificate of the mesh: the program behind the proxy asks for one itself. */
const isOpen = ({ edge }: Call): boolean => edge.cipheredBy === "programs" && edge.through !== "egress";

function tooMuch({ name, spec, service }: Policy, namespace: string): Finding[] {
  // Pods that are none of the table's, as those of a component: nothing is known of who has to call them.
  if (service !== null && !callees.includes(service)) return [];
  const calls = service === null ? [] : callsTo(service);
  const whom = service ?? "every service";
  return spec.rules.flatMap((rule): Finding[] => {
    const [ports, principals] = [portsOf(rule), principalsOf(rule)];
    const isNeeded = (by: (call: Call) => boolean): boolean =>
      ports?.every((port) => calls.some((call) => call.port === port && by(call))) ?? false;
    if (principals === null)
      return isNeeded(isOpen)
        ? []
        : [fault(check, `${name} lets anybody call ${whom}`, "name its callers: source.principals")];
    return principals
      .filter((principal) => !isNeeded(({ from }) => isOf(principal, from, namespace)))
      .map((principal) =>
        fault(
          check,
          `${name} lets ${principal} call ${whom} at ${ports === null ? "every port" : `port ${ports.join(", ")}`}, which no edge needs`,
          remedyFor(service),
        ),
      );
  });
}

function tooLittle(service: string, policies: readonly Policy[], namespace: string): Finding[] {
  const rules = policies.filter((one) => one.service === service).flatMap(({ spec }) => spec.rules);
  // Whom Istio's agent answers has not passed the proxy. Who goes out is looked at host by host.
  const wanted = callsTo(service).filter(
    ({ edge }) => edge.cipheredBy !== "nobody" && edge.through !== "egress",
  );
  return wanted
    .filter(
      ({ from, port }) =>
        !rules.some(
          (rule) =>
            (portsOf(rule)?.includes(port) ?? true) &&
            (principalsOf(rule)?.some((principal) => isOf(principal, from, namespace)) ?? true),
        ),
    )
    .map(({ from, port }) =>
      fault(check, `nobody lets ${from} call ${service} at port ${port}`, remedyFor(service)),
    );
}
