import { authorizationSpec } from "@tapline/core/telemetry";
import type { z } from "zod";
import type { ClusterObject } from "../../wire/commands/cluster.ts";
import { type Named, understood } from "./read-objects.ts";

type Spec = z.infer<typeof authorizationSpec>;
export type Rule = Spec["rules"][number];
/** Whose pods it is for; null: those of everybody. */
export type Policy = Named<Spec> & { readonly service: string | null };

/** Policies that allow, as they read. What denies more than these is stricter, and stays the installation's own affair. */
export function allowing(check: string, policies: readonly ClusterObject[]) {
  const those = policies.filter(({ spec }) => (spec.action ?? "ALLOW") === "ALLOW");
  return understood(check, those, authorizationSpec);
}

/** Whether one of them is for all pods and allows nobody: what no other one allows is denied. */
export const deniesAllElse = (policies: readonly { readonly spec: Spec }[]): boolean =>
  policies.some(({ spec }) => spec.selector === undefined && spec.rules.length === 0);

/** Ports that a rule is for; null: all. */
export function portsOf({ to }: Rule): readonly number[] | null {
  const ports = to?.map(({ operation }) => operation.ports);
  return ports === undefined || ports.some((list) => list === undefined)
    ? null
    : [...new Set(ports.flatMap((list) => (list ?? []).map(Number)))];
}

/** Whom a rule lets call; null: anybody. */
export function principalsOf({ from = [] }: Rule): readonly string[] | null {
  const lists = from.map(({ source }) => source.principals);
  const isAnybody = lists.length === 0 || lists.some((list) => list === undefined || list.includes("*"));
  return isAnybody ? null : lists.flatMap((list) => list ?? []);
}

/** A principal is `<trust domain>/ns/<namespace>/sa/<account>`: the same account elsewhere is somebody else. */
export const isOf = (principal: string, from: string, namespace: string): boolean =>
  principal.endsWith(`/ns/${namespace}/sa/${from}`);

export function remedyFor(service: string | null): string {
  if (service === null) return "give it a selector, or take it away";
  if (service === "egress") return "apply the file of that host in istio/base/outside";
  return `apply istio/${service === "ingress" ? "base" : "mesh"}/${service}.yaml`;
}
