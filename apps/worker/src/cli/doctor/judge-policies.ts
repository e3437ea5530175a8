import { edges, meshServices } from "@tapline/core/telemetry";
import { z } from "zod";
import type { ClusterObject, ClusterPicture } from "../../wire/commands/cluster.ts";
import { type Finding, fault, judged } from "./finding.ts";
import { portsBesideMesh } from "./judge-mtls.ts";
import { serviceOf, withObjects } from "./read-objects.ts";

const policySchema = z.looseObject({
  selector: z.looseObject({ matchLabels: z.record(z.string(), z.string()).default({}) }).optional(),
  targetRefs: z.array(z.unknown()).optional(),
  action: z.string().default("ALLOW"),
  rules: z
    .array(
      z.looseObject({
        from: z
          .array(z.looseObject({ source: z.looseObject({ principals: z.array(z.string()).optional() }) }))
          .optional(),
        to: z
          .array(z.looseObject({ operation: z.looseObject({ ports: z.array(z.string()).optional() }) }))
          .optional(),
      }),
    )
    .default([]),
});
type Policy = z.infer<typeof policySchema> & { name: string; service: string };
type Rule = Policy["rules"][number];

/** Whether what nobody has allowed is denied, and what is allowed is what the table of edges says. */
export function judgePolicies(picture: ClusterPicture): readonly Finding[] {
  return withObjects("policies", picture, ["authorizationPolicies"], ({ authorizationPolicies }) => {
    const policies = authorizationPolicies.map(policyOf);
    const denies = policies.some(
      ({ selector, targetRefs, action, rules }) =>
        selector === undefined && targetRefs === undefined && action === "ALLOW" && rules.length === 0,
    );
    return judged(
      "policies",
      [
        ...(denies
          ? []
          : [
              fault(
                "policies",
                "nothing denies what nobody has allowed",
                "apply istio/base: an empty AuthorizationPolicy",
              ),
            ]),
        ...policies.filter(({ action }) => action === "ALLOW").flatMap(tooMuch),
        ...meshServices.flatMap((service) => tooLittle(service, policies)),
      ],
      `all is denied but what ${policies.length} policies allow, as the table of edges has it`,
    );
  });
}

function policyOf(object: ClusterObject): Policy {
  const policy = policySchema.parse(object.spec);
  const service = policy.selector?.matchLabels["tapline.dev/service"] ?? serviceOf(object);
  return { ...policy, name: object.metadata.name, service };
}

const portsOf = ({ to }: Rule): readonly string[] | null => {
  const ports = to?.map(({ operation }) => operation.ports);
  return ports === undefined || ports.some((list) => list === undefined)
    ? null
    : ports.flatMap((list) => list ?? []);
};

/** Whom a rule lets call; null: anybody. */
function principalsOf({ from = [] }: Rule): readonly string[] | null {
  const lists = from.map(({ source }) => source.principals);
  const isAnybody = lists.length === 0 || lists.some((list) => list === undefined || list.includes("*"));
  return isAnybody ? null : lists.flatMap((list) => list ?? []);
}

function tooMuch({ name, service, rules }: Policy): Finding[] {
  const callers = new Set(edges.filter(({ to }) => to === service).map(({ from }) => from));
  const beside = portsBesideMesh(service);
  return rules.flatMap((rule) => {
    const principals = principalsOf(rule);
    if (principals === null) {
      const ports = portsOf(rule);
      const isKnown = ports?.every((port) => beside.has(port)) ?? false;
      return isKnown
        ? []
        : [
            fault(
              "policies",
              `${name} lets anybody call ${service || "every service"}`,
              "name its callers: source.principals",
            ),
          ];
    }
    return principals
      .filter((principal) => !mayCall(principal, callers))
      .map((principal) =>
        fault(
          "policies",
          `${name} lets ${principal} call ${service}, which no edge needs`,
          `apply istio/mesh/${service}.yaml`,
        ),
      );
  });
}

/** A principal is `<trust domain>/ns/<namespace>/sa/<account>`; that of the mesh's own door is named after its gateway. */
function mayCall(principal: string, callers: ReadonlySet<string>): boolean {
  const account = principal.split("/sa/").at(-1) ?? "";
  if (callers.has(account)) return true;
  return callers.has("ingress") && /gateway|ingress/.test(account);
}

function tooLittle(service: string, policies: readonly Policy[]): Finding[] {
  const beside = portsBesideMesh(service);
  const wanted = edges.filter(({ to, port }) => to === service && !beside.has(String(port.number)));
  return wanted.flatMap(({ from, port }) => {
    const lets = (rule: Rule): boolean =>
      (portsOf(rule)?.includes(String(port.number)) ?? true) &&
      (principalsOf(rule)?.some((principal) => mayCall(principal, new Set([from]))) ?? true);
    const isAllowed = policies.some(
      (policy) => policy.action === "ALLOW" && policy.service === service && policy.rules.some(lets),
    );
    if (isAllowed) return [];
    return [
      fault(
        "policies",
        `nobody lets ${from} call ${service} at port ${port.number}`,
        `apply istio/mesh/${service}.yaml`,
      ),
    ];
  });
}
