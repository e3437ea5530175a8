import { meshServices } from "@tapline/core/telemetry";
import { z } from "zod";
import type { ClusterObject, ClusterPicture } from "../../wire/commands/cluster.ts";
import { type Finding, fault, judged } from "./finding.ts";
import { ownName, withObjects } from "./read-objects.ts";
import { readyBehind, rolloutsOf } from "./rollouts.ts";

const routesSchema = z
  .array(
    z.looseObject({
      match: z.array(z.looseObject({ headers: z.unknown().optional() })).default([]),
      route: z
        .array(
          z.looseObject({
            destination: z.looseObject({ host: z.string() }),
            weight: z.number().default(100),
          }),
        )
        .default([]),
    }),
  )
  .default([]);
const virtualSchema = z.looseObject({ http: routesSchema, tls: routesSchema, tcp: routesSchema });
const wayFields = { tls: z.looseObject({ mode: z.string() }).optional() };
const waySchema = z
  .looseObject({
    ...wayFields,
    outlierDetection: z.unknown().optional(),
    portLevelSettings: z.array(z.looseObject(wayFields)).default([]),
  })
  .default({ portLevelSettings: [] });
const ruleSchema = z.looseObject({
  host: z.string(),
  trafficPolicy: waySchema,
  subsets: z.array(z.looseObject({ trafficPolicy: waySchema })).default([]),
});
const readySchema = z.looseObject({ readyReplicas: z.number().default(0) });
const adviceSchema = z.looseObject({
  validationMessages: z
    .array(z.looseObject({ level: z.unknown(), documentationUrl: z.string().optional() }))
    .default([]),
});

/** Whether calls lead to somebody who is there, and leave a callee that fails. */
export function judgeRoutes(picture: ClusterPicture): readonly Finding[] {
  return withObjects(
    "routes",
    picture,
    ["virtualServices", "destinationRules", "deployments", "pods"],
    ({ virtualServices, destinationRules, deployments, pods }) => {
      const { rollouts, unread } = rolloutsOf("routes", picture, deployments);
      if (unread.length > 0) return unread;
      // A Service is named after its Deployment, and Argo's two after what they were before a Rollout led there.
      const ready = new Map([
        ...deployments.map(
          ({ metadata, status }) => [metadata.name, readySchema.parse(status).readyReplicas] as const,
        ),
        ...rollouts.flatMap((rollout) => readyBehind(rollout, pods)),
      ]);
      return judged(
        "routes",
        [
          ...virtualServices.flatMap((object) => routeFaults(object, ready, picture.namespace)),
          ...breakerFaults(virtualServices, destinationRules, picture.namespace),
          ...destinationRules.flatMap(plainFaults),
          ...[...virtualServices, ...destinationRules].flatMap(adviceFaults),
        ],
        `${virtualServices.length} lead to who is ready, ${destinationRules.length} leave a callee that fails`,
      );
    },
  );
}

function routeFaults(
  object: ClusterObject,
  ready: ReadonlyMap<string, number>,
  namespace: string,
): Finding[] {
  const { http, tls, tcp } = virtualSchema.parse(object.spec);
  const { name } = object.metadata;
  return [...http, ...tls, ...tcp].flatMap(({ match, route }) => {
    if (route.length === 0) return [];
    // By a header comes who was sent to one release, or asks for it: nobody does while it is not there.
    if (match.length > 0 && match.every(({ headers }) => headers !== undefined)) return [];
    const sum = route.reduce((all, { weight }) => all + weight, 0);
    const dead = route.filter(
      ({ destination, weight }) => weight > 0 && ready.get(ownName(destination.host, namespace) ?? "") === 0,
    );
    return [
      ...(route.length > 1 && sum !== 100
        ? [fault("routes", `the weights of ${name} are ${sum} in all`, `apply istio/mesh/${name}.yaml`)]
        : []),
      ...dead.map(({ destination, weight }) =>
        fault(
          "routes",
          `${name} sends ${weight} % to ${destination.host}, where nobody is ready`,
          `tapline release rollback ${name}, or scale it`,
        ),
      ),
    ];
  });
}

/** Whether it is a service of ours, both its colours, one of them, or the preview. */
const isService = (name: string): boolean =>
  meshServices.some((service) => name.replace(/-(?:blue|green|preview)$/, "") === service);

/**
 * Which of our services calls lead to without a circuit breaker. The stores have none: each is one host with nobody to go to
 * instead, and to leave it would be an outage of our own making. Nor has the door outwards: what fails behind it is a host
 * elsewhere, for which its pods must not be left.
 */
function breakerFaults(
  virtualServices: readonly ClusterObject[],
  destinationRules: readonly ClusterObject[],
  namespace: string,
): Finding[] {
  const rules = destinationRules.map(({ spec }) => ruleSchema.parse(spec));
  const ways = new Map(rules.map(({ host, trafficPolicy }) => [ownName(host, namespace), trafficPolicy]));
  const called = virtualServices.flatMap(({ spec }) => {
    const { http, tls, tcp } = virtualSchema.parse(spec);
    return [...http, ...tls, ...tcp].flatMap(({ route }) => route.map(({ destination }) => destination.host));
  });
  const names = [...called, ...rules.map(({ host }) => host)].flatMap(
    (host) => ownName(host, namespace) ?? [],
  );
  return [...new Set(names)]
    .filter((name) => isService(name) && ways.get(name)?.outlierDetection === undefined)
    .map((name) =>
      fault(
        "routes",
        `calls to ${name} have no circuit breaker`,
        "apply istio/mesh: an outlierDetection in its DestinationRule",
      ),
    );
}

function plainFaults(object: ClusterObject): Finding[] {
  const { host, trafficPolicy, subsets } = ruleSchema.parse(object.spec);
  const ways = [trafficPolicy, ...subsets.map((subset) => subset.trafficPolicy)];
  const modes = ways.flatMap((way) => [way.tls, ...way.portLevelSettings.map(({ tls }) => tls)]);
  if (!modes.some((tls) => tls?.mode === "DISABLE")) return [];
  return [
    fault(
      "routes",
      `DestinationRule ${object.metadata.name} turns mTLS off towards ${host}`,
      "take its tls out",
    ),
  ];
}

/** What Istio's own analysis wrote into the object, where it is switched on. */
function adviceFaults({ metadata, status }: ClusterObject): Finding[] {
  return adviceSchema
    .parse(status)
    .validationMessages.map(({ documentationUrl }) =>
      fault("routes", `Istio finds fault with ${metadata.name}`, documentationUrl ?? "istioctl analyze"),
    );
}
