import { type MeshParty, type NetworkPolicy, networkEnd, servicePorts } from "@tapline/core/telemetry";
import type { ClusterPicture } from "../../wire/commands/cluster.ts";
import { type Call, callsTo } from "./calls.ts";
import { type Finding, fault, judged } from "./finding.ts";
import { outsideHosts } from "./judge-outward.ts";
import {
  beyond,
  insidersOf,
  isElsewhere,
  networkPoliciesOf,
  nobodysPort,
  outsidersOf,
  portsTried,
  strangersTo,
} from "./network-parties.ts";
import { remedyFor } from "./policy-rules.ts";
import { withObjects } from "./read-objects.ts";

const check = "network";
const kinds = ["networkPolicies", "serviceEntries"] as const;

type Network = Readonly<{
  policies: readonly NetworkPolicy[];
  insiders: readonly MeshParty[];
  outsiders: readonly MeshParty[];
  strangers: readonly MeshParty[];
  ports: readonly number[];
  /** Ports of hosts beyond the cluster. */
  outside: readonly number[];
}>;

/** Whether the network lets come and go who has to, by the table of edges; each end by itself, so that one holds where the other fails. */
export function judgeNetwork(picture: ClusterPicture): readonly Finding[] {
  return withObjects(check, picture, kinds, ({ networkPolicies, serviceEntries }) => {
    const { namespace } = picture;
    const { policies, unread } = networkPoliciesOf(check, namespace, networkPolicies);
    if (unread.length > 0) return unread;
    const network: Network = {
      ...{ policies, ports: portsTried(policies), insiders: insidersOf(namespace) },
      outsiders: outsidersOf(policies, namespace),
      strangers: strangersTo(policies, namespace),
      outside: outsideHosts(serviceEntries).flatMap(({ hostPorts }) => hostPorts),
    };
    return judged(
      check,
      network.insiders.flatMap((one) => [
        ...comings(network, one),
        ...goings(network, one),
        ...outward(network, one),
      ]),
      `${policies.length} policies let through what the table of edges has, and nothing else`,
    );
  });
}

/** Of which ports something is said; nothing where there are none. */
function said(ports: readonly number[], what: string, of: string, why = ""): Finding[] {
  if (ports.length === 0) return [];
  const remedy = `look at the NetworkPolicies that select ${of}; ${remedyFor(of)}`;
  return [
    fault(
      check,
      `the network ${what} at ${[...new Set(ports)].sort((a, b) => a - b).join(", ")}${why}`,
      remedy,
    ),
  ];
}
const unneeded = ", which no edge needs";

/** Who may come to one of ours. */
function comings({ policies, insiders, outsiders, strangers, ports }: Network, callee: MeshParty): Finding[] {
  const { name } = callee;
  const calls = callsTo(name);
  const called = networkEnd(policies, "Ingress", callee);
  // The world comes to the door inwards, and nowhere else.
  const open = name === "ingress" ? calls.map(({ port }) => port) : [];
  const isInside = ({ from }: Call): boolean => insiders.some((one) => one.name === from);
  // Where Prometheus and KEDA are is the installation's affair: all that is asked is that somebody comes of another namespace.
  const others = calls.filter((call) => !isInside(call) && !open.includes(call.port));
  const told = ["ingress", "egress"].includes(name) ? [servicePorts.metrics.number] : [];
  const known = [...open, ...told, ...others.map(({ port }) => port)];
  const comesFromOutside = (port: number): boolean => outsiders.some((one) => called(one)(port));
  const pairs = [...insiders, ...strangers].flatMap((caller) => {
    const lets = called(caller);
    const wants = (port: number): boolean =>
      open.includes(port) || calls.some((call) => call.from === caller.name && call.port === port);
    return [
      ...said(
        ports.filter((port) => lets(port) && !wants(port)),
        `lets ${caller.name} call ${name}`,
        name,
        unneeded,
      ),
      ...said(
        ports.filter((port) => !lets(port) && wants(port)),
        `keeps ${caller.name} from ${name}`,
        name,
      ),
    ];
  });
  return onlyOnce([
    ...pairs,
    ...said(
      ports.filter((port) => !known.includes(port) && comesFromOutside(port)),
      `lets other namespaces call ${name}`,
      name,
      unneeded,
    ),
    ...others.flatMap(({ from, port }) =>
      comesFromOutside(port) ? [] : said([port], `keeps ${from} from ${name}`, name),
    ),
  ]);
}

/** To whom of ours one of ours may go. */
function goings({ policies, insiders, ports }: Network, { name, ...caller }: MeshParty): Finding[] {
  const goes = networkEnd(policies, "Egress", { name, ...caller });
  return insiders.flatMap((callee) => {
    const lets = goes(callee);
    const wants = (port: number): boolean =>
      callsTo(callee.name).some((call) => call.from === name && call.port === port);
    return [
      ...said(
        ports.filter((port) => lets(port) && !wants(port)),
        `lets ${name} out to ${callee.name}`,
        name,
        unneeded,
      ),
      ...said(
        ports.filter((port) => !lets(port) && wants(port)),
        `holds ${name} back from ${callee.name}`,
        name,
      ),
    ];
  });
}

/** Of every cloud: it gives out the rights of the machine to whoever asks. */
const metadataAddress = "169.254.169.254";

/** Where one of ours may go beyond the namespace: out of the cluster the door alone, and who asks the API server. */
function outward({ policies, strangers, ports, outside }: Network, caller: MeshParty): Finding[] {
  const { name } = caller;
  const goes = networkEnd(policies, "Egress", caller);
  const asksKubernetes = callsTo("kubernetes").some(({ from }) => from === name);
  const wants = (port: number): boolean => name === "egress" && outside.includes(port);
  // Where the API server listens is the cluster's affair; that it is one port is not.
  const tried = asksKubernetes ? [nobodysPort] : [...new Set([...ports, ...outside])];
  const far = goes(beyond);
  return onlyOnce([
    ...said(
      tried.filter((port) => far(port) && !wants(port)),
      `lets ${name} out of the cluster`,
      name,
      unneeded,
    ),
    ...said(
      tried.filter((port) => !far(port) && wants(port)),
      `holds ${name} back from hosts beyond the cluster`,
      name,
    ),
    ...(asksKubernetes
      ? []
      : said(
          tried.filter((port) => goes(beyond, metadataAddress)(port)),
          `lets ${name} out to the cloud's metadata, ${metadataAddress},`,
          name,
        )),
    ...strangers
      .filter(({ namespace }) => namespace !== null)
      .flatMap((other) => {
        // A host of those outwards may be in the cluster, in a namespace that a rule names.
        const mayLead = (port: number): boolean => !isElsewhere(other) && wants(port);
        return said(
          ports.filter((port) => goes(other)(port) && !mayLead(port)),
          `lets ${name} out to ${other.name}`,
          name,
          unneeded,
        );
      }),
  ]);
}

const onlyOnce = (findings: readonly Finding[]): Finding[] => [
  ...new Map(findings.map((one) => [one.what, one])).values(),
];
