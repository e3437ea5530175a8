import { z } from "zod";
import type { MeshParty } from "./mesh-party.ts";

const texts = z.record(z.string(), z.string());
const selector = z.strictObject({
  matchLabels: texts.default({}),
  matchExpressions: z
    .array(z.strictObject({ key: z.string(), operator: z.literal("In"), values: z.array(z.string()) }))
    .default([]),
});
type Selector = z.infer<typeof selector>;
const peer = z.strictObject({
  podSelector: selector.optional(),
  namespaceSelector: selector.optional(),
  ipBlock: z.strictObject({ cidr: z.string(), except: z.array(z.string()).default([]) }).optional(),
});
const ports = z
  .array(z.strictObject({ protocol: z.enum(["TCP", "UDP"]).default("TCP"), port: z.number().optional() }))
  .optional();
/** A NetworkPolicy, field for field: what is not understood here is refused. */
export const networkPolicySpec = z.strictObject({
  podSelector: selector,
  policyTypes: z.array(z.enum(["Ingress", "Egress"])),
  ingress: z.array(z.strictObject({ from: z.array(peer).optional(), ports })).default([]),
  egress: z.array(z.strictObject({ to: z.array(peer).optional(), ports })).default([]),
});

type Rule = Readonly<{ peers: readonly z.infer<typeof peer>[] | undefined; ports: z.infer<typeof ports> }>;
export type NetworkPolicy = Readonly<{
  namespace: string;
  pods: Selector;
  types: readonly ("Ingress" | "Egress")[];
  ingress: readonly Rule[];
  egress: readonly Rule[];
}>;

/** One that was read of its namespace. */
export function networkPolicyOf(namespace: string, spec: z.infer<typeof networkPolicySpec>): NetworkPolicy {
  return {
    ...{ namespace, pods: spec.podSelector, types: spec.policyTypes },
    ingress: spec.ingress.map((rule) => ({ peers: rule.from, ports: rule.ports })),
    egress: spec.egress.map((rule) => ({ peers: rule.to, ports: rule.ports })),
  };
}

function selects(
  { matchLabels, matchExpressions }: Selector,
  labels: Readonly<Record<string, string>>,
): boolean {
  return (
    Object.entries(matchLabels).every(([name, value]) => labels[name] === value) &&
    matchExpressions.every(({ key, values }) => values.includes(labels[key] ?? ""))
  );
}

/** Where somebody beyond the cluster is, for rules on addresses. */
const usualAddress = "203.0.113.9";

/** What one end of a connection allows: `Egress` is asked of who begins it, `Ingress` of who is called. */
export type NetworkEnd = (
  other: MeshParty,
  address?: string,
) => (port: number, protocol?: "TCP" | "UDP") => boolean;

/** Whom a party may call, or be called by. Where no policy selects it everybody. */
export function networkEnd(
  policies: readonly NetworkPolicy[],
  type: "Ingress" | "Egress",
  end: MeshParty,
): NetworkEnd {
  const rules = policies
    .filter(
      ({ namespace, pods, types }) =>
        namespace === end.namespace && types.includes(type) && selects(pods, end.labels),
    )
    .map((one) => (type === "Ingress" ? one.ingress : one.egress));
  if (rules.length === 0) return () => () => true;
  return (other, address = usualAddress) => {
    const fitting = rules
      .flat()
      .filter(
        ({ peers }) => peers === undefined || peers.some((one) => fits(one, other, end.namespace, address)),
      );
    return (port, protocol = "TCP") =>
      fitting.some(
        ({ ports: some }) =>
          some === undefined || some.some((one) => one.protocol === protocol && (one.port ?? port) === port),
      );
  };
}

function fits(
  { podSelector, namespaceSelector, ipBlock }: z.infer<typeof peer>,
  other: MeshParty,
  home: string | null,
  address: string,
): boolean {
  if (ipBlock !== undefined)
    return other.namespace === null && within(address, [ipBlock.cidr]) && !within(address, ipBlock.except);
  if (other.namespace === null) return false;
  const space = { "kubernetes.io/metadata.name": other.namespace };
  const near = namespaceSelector === undefined ? other.namespace === home : selects(namespaceSelector, space);
  return near && (podSelector === undefined || selects(podSelector, other.labels));
}

function within(address: string, nets: readonly string[]): boolean {
  return nets.some((net) => {
    const [base = "", bits = "32"] = net.split("/");
    const [from, at] = [numberOf(base), numberOf(address)];
    // All of one size: bits beyond the net's own do not count.
    const size = 2 ** (32 - Number(bits));
    return from !== null && at !== null && Math.floor(from / size) === Math.floor(at / size);
  });
}

/** An address of IPv4 as a number; null: of another kind. */
function numberOf(address: string): number | null {
  const parts = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)?.slice(1);
  return parts?.reduce((sum, part) => sum * 256 + Number(part), 0) ?? null;
}
