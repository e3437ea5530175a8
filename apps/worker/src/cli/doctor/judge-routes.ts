import { z } from "zod";
import type { ClusterObject, ClusterPicture } from "../../wire/commands/cluster.ts";
import { type Finding, fault, judged } from "./finding.ts";
import { withObjects } from "./read-objects.ts";

const routesSchema = z
  .array(
    z.looseObject({
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
const ruleSchema = z.looseObject({
  host: z.string(),
  trafficPolicy: z
    .looseObject({
      tls: z.looseObject({ mode: z.string() }).optional(),
      outlierDetection: z.unknown().optional(),
    })
    .default({}),
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
    ["virtualServices", "destinationRules", "deployments"],
    ({ virtualServices, destinationRules, deployments }) => {
      const ready = new Map(
        deployments.map(({ metadata, status }) => [metadata.name, readySchema.parse(status).readyReplicas]),
      );
      return judged(
        "routes",
        [
          ...virtualServices.flatMap((object) => routeFaults(object, ready)),
          ...destinationRules.flatMap(ruleFaults),
          ...[...virtualServices, ...destinationRules].flatMap(adviceFaults),
        ],
        `${virtualServices.length} lead to who is ready, ${destinationRules.length} leave a callee that fails`,
      );
    },
  );
}

function routeFaults(object: ClusterObject, ready: ReadonlyMap<string, number>): Finding[] {
  const { http, tls, tcp } = virtualSchema.parse(object.spec);
  const { name } = object.metadata;
  return [...http, ...tls, ...tcp].flatMap(({ route }) => {
    if (route.length === 0) return [];
    const sum = route.reduce((all, { weight }) => all + weight, 0);
    const dead = route.filter(
      ({ destination, weight }) => weight > 0 && ready.get(destination.host.split(".", 1)[0] ?? "") === 0,
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

function ruleFaults(object: ClusterObject): Finding[] {
  const { host, trafficPolicy } = ruleSchema.parse(object.spec);
  const { name } = object.metadata;
  return [
    ...(trafficPolicy.tls?.mode === "DISABLE"
      ? [fault("routes", `DestinationRule ${name} turns mTLS off towards ${host}`, "take its tls out")]
      : []),
    ...(trafficPolicy.outlierDetection === undefined
      ? [fault("routes", `DestinationRule ${name} has no circuit breaker`, "give it an outlierDetection")]
      : []),
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
