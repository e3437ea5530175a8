import { fitsRule } from "@tapline/core/telemetry";
import { z } from "zod";
import type { ClusterObject } from "../../wire/commands/cluster.ts";
import { callsTo } from "./calls.ts";
import { type Finding, fault } from "./finding.ts";
import { isOf, type Policy, principalsOf, remedyFor } from "./policy-rules.ts";

const entrySpec = z.looseObject({
  hosts: z.array(z.string()),
  ports: z.array(z.looseObject({ name: z.string(), number: z.number() })).default([]),
});
/** A host beyond the cluster, and who has to do with it: by the name of the port that its ServiceEntry gives it. */
export type Outside = Readonly<{
  host: string;
  hostPorts: readonly number[];
  /** At which callers come to the door outwards. */
  port: number;
  callers: readonly string[];
}>;

/** Hosts of which the table of edges knows the port's name; of others nobody can say whose they are. */
export function outsideHosts(serviceEntries: readonly ClusterObject[]): readonly Outside[] {
  return serviceEntries.flatMap(({ spec }) => {
    const { hosts, ports } = entrySpec.parse(spec);
    const calls = callsTo("egress").filter(({ edge }) => ports.some(({ name }) => name === edge.port.name));
    const [first] = calls;
    if (first === undefined) return [];
    const hostPorts = ports.map(({ number }) => number);
    return hosts.map((host) => ({
      ...{ host, hostPorts, port: first.port },
      callers: calls.map(({ from }) => from),
    }));
  });
}

/** Whether each host beyond the cluster is open to those who have to do with it, and to no other. */
export function judgeOutward(
  policies: readonly Policy[],
  namespace: string,
  outside: readonly Outside[],
): Finding[] {
  const ofDoor = policies.filter(({ service }) => service === "egress");
  return [
    ...ofDoor.flatMap((one) => tooFar(one, namespace, outside)),
    ...heldBack(ofDoor, namespace, outside),
  ];
}

function tooFar({ name, spec }: Policy, namespace: string, outside: readonly Outside[]): Finding[] {
  return spec.rules.flatMap((rule) => {
    if (rule.when === undefined)
      return [
        fault(
          "policies",
          `${name} lets its callers out to every host`,
          "give it a condition on connection.sni",
        ),
      ];
    return outside.flatMap(({ host, port, callers }) =>
      (principalsOf(rule) ?? [])
        .filter((principal) => fitsRule(rule, { principal, port, sni: host }))
        .filter((principal) => !callers.some((from) => isOf(principal, from, namespace)))
        .map((principal) =>
          fault(
            "policies",
            `${name} lets ${principal} out to ${host}, which no edge needs`,
            remedyFor("egress"),
          ),
        ),
    );
  });
}

function heldBack(ofDoor: readonly Policy[], namespace: string, outside: readonly Outside[]): Finding[] {
  const rules = ofDoor.flatMap(({ spec }) => spec.rules);
  return outside.flatMap(({ host, port, callers }) =>
    callers
      .filter(
        (from) =>
          !rules.some((rule) =>
            (principalsOf(rule) ?? []).some(
              (principal) =>
                isOf(principal, from, namespace) && fitsRule(rule, { principal, port, sni: host }),
            ),
          ),
      )
      .map((from) => fault("policies", `nobody lets ${from} out to ${host}`, remedyFor("egress"))),
  );
}
