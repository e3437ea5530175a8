import { z } from "zod";
import type { MeshParty } from "./mesh-party.ts";

const texts = z.array(z.string()).optional();
const selector = z.strictObject({ matchLabels: z.record(z.string(), z.string()) }).optional();
const rule = z.strictObject({
  from: z.array(z.strictObject({ source: z.strictObject({ principals: texts }) })).optional(),
  to: z
    .array(
      z.strictObject({
        operation: z.strictObject({ methods: texts, paths: texts, notPaths: texts, ports: texts }),
      }),
    )
    .optional(),
  when: z.array(z.strictObject({ key: z.literal("connection.sni"), values: texts })).optional(),
});
/** An AuthorizationPolicy that allows, field for field: what is not understood here is refused. */
export const authorizationSpec = z.strictObject({
  selector,
  action: z.literal("ALLOW").default("ALLOW"),
  rules: z.array(rule).default([]),
});
const mode = z.enum(["STRICT", "PERMISSIVE", "DISABLE"]);
/** A PeerAuthentication. */
export const peerAuthenticationSpec = z.strictObject({
  selector,
  mtls: z.strictObject({ mode }),
  portLevelMtls: z.record(z.string(), z.strictObject({ mode })).default({}),
});

type Of<Spec> = Readonly<{ namespace: string; spec: Spec }>;
export type MeshPolicies = Readonly<{
  authorizations: readonly Of<z.infer<typeof authorizationSpec>>[];
  peers: readonly Of<z.infer<typeof peerAuthenticationSpec>>[];
}>;

/** What comes to a proxy, as its policies see it. */
export type MeshRequest = Readonly<{
  /** `cluster.local/ns/…/sa/…`; null: no certificate of the mesh. */
  principal: string | null;
  port: number;
  sni?: string;
  method?: string;
  path?: string;
}>;

const isOf = (chosen: z.infer<typeof selector>, to: MeshParty): boolean =>
  chosen === undefined ||
  Object.entries(chosen.matchLabels).every(([name, value]) => to.labels[name] === value);

/** What a port wants of whoever comes: Istio's order is workload, namespace, whole mesh. */
export function mtlsOf({ peers: all }: MeshPolicies, to: MeshParty, port: number): z.infer<typeof mode> {
  const here = all.filter(({ namespace, spec }) => namespace === to.namespace && isOf(spec.selector, to));
  const own = here.find(({ spec }) => spec.selector !== undefined) ?? here[0];
  const mesh = all.find(({ namespace, spec }) => namespace === "istio-system" && spec.selector === undefined);
  const found = own ?? mesh;
  if (found === undefined) return "PERMISSIVE";
  return found.spec.portLevelMtls[String(port)]?.mode ?? found.spec.mtls.mode;
}

/** What the proxy before a party lets in. A gateway's own listeners ask for no certificate of the mesh but where they say so. */
export function meshEnd(policies: MeshPolicies, to: MeshParty): (request: MeshRequest) => boolean {
  const allows = policies.authorizations.filter(
    ({ namespace, spec }) => namespace === to.namespace && isOf(spec.selector, to),
  );
  const modes = new Map<number, z.infer<typeof mode>>();
  return (request) => {
    const mtls =
      modes.get(request.port) ?? (to.name === "ingress" ? "DISABLE" : mtlsOf(policies, to, request.port));
    modes.set(request.port, mtls);
    if (mtls === "STRICT" && request.principal === null) return false;
    const principal = mtls === "DISABLE" ? null : request.principal;
    // Where nothing is said everybody may.
    if (allows.length === 0) return true;
    return allows.some(({ spec }) => spec.rules.some((one) => fitsRule(one, { ...request, principal })));
  };
}

/** Whether one rule of a policy lets a request in. */
export function fitsRule({ from, to, when }: z.infer<typeof rule>, request: MeshRequest): boolean {
  const { principal, sni = "" } = request;
  return (
    (from === undefined || from.some(({ source }) => has(source.principals, principal ?? ""))) &&
    (to === undefined || to.some(({ operation }) => fitsOperation(operation, request))) &&
    (when === undefined || when.every(({ values }) => has(values, sni)))
  );
}

function fitsOperation(
  { methods, paths, notPaths, ports }: { methods?: Texts; paths?: Texts; notPaths?: Texts; ports?: Texts },
  { method, path, port }: MeshRequest,
): boolean {
  // A rule on what only HTTP has fits nothing that is no HTTP.
  if (method === undefined && (methods ?? paths ?? notPaths) !== undefined) return false;
  return (
    has(ports, String(port)) &&
    has(methods, method ?? "") &&
    has(paths, path ?? "") &&
    (notPaths === undefined || !has(notPaths, path ?? ""))
  );
}

type Texts = readonly string[] | undefined;

/** Istio's patterns: whole, `*` at one end, or `*` for whatever is there. Where nothing is said all fits. */
function has(patterns: Texts, text: string): boolean {
  if (patterns === undefined) return true;
  return patterns.some((pattern) => {
    if (pattern === "*") return text !== "";
    if (pattern.endsWith("*")) return text.startsWith(pattern.slice(0, -1));
    return pattern.startsWith("*") ? text.endsWith(pattern.slice(1)) : pattern === text;
  });
}
