import { z } from "zod";

/** What we look at in a cluster. Extensions may be missing; then there are none of their objects. */
export const resources = {
  deployments: { path: "apis/apps/v1", plural: "deployments", extension: false },
  pods: { path: "api/v1", plural: "pods", extension: false },
  autoscalers: { path: "apis/autoscaling/v2", plural: "horizontalpodautoscalers", extension: false },
  scaledObjects: { path: "apis/keda.sh/v1alpha1", plural: "scaledobjects", extension: true },
  virtualServices: { path: "apis/networking.istio.io/v1", plural: "virtualservices", extension: true },
  destinationRules: { path: "apis/networking.istio.io/v1", plural: "destinationrules", extension: true },
} as const;
export type ResourceName = keyof typeof resources;

const texts = z.record(z.string(), z.string());

const metadataSchema = z.looseObject({
  name: z.string(),
  uid: z.string(),
  resourceVersion: z.string(),
  generation: z.number().optional(),
  creationTimestamp: z.string().optional(),
  deletionTimestamp: z.string().optional(),
  labels: texts.default({}),
  annotations: texts.default({}),
});

/** Any object: its metadata is read, the rest is kept as it came, so that nothing is lost that we do not know. */
export const objectSchema = z.looseObject({
  metadata: metadataSchema,
  spec: z.record(z.string(), z.unknown()).default({}),
  status: z.record(z.string(), z.unknown()).default({}),
});
export type ClusterObject = z.infer<typeof objectSchema>;

export const listSchema = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string() }),
  items: z.array(objectSchema),
});

const variable = z.looseObject({
  name: z.string(),
  value: z.string().optional(),
  valueFrom: z.unknown().optional(),
});
export type Variable = z.infer<typeof variable>;
const container = z.looseObject({ name: z.string(), image: z.string(), env: z.array(variable).optional() });
export type Container = z.infer<typeof container>;

export const deploymentSpec = z.looseObject({
  replicas: z.number().int().default(1),
  progressDeadlineSeconds: z.number().default(600),
  strategy: z.looseObject({ type: z.string().default("RollingUpdate") }).default({ type: "RollingUpdate" }),
  template: z.looseObject({
    metadata: z.looseObject({ annotations: texts.default({}) }).default({ annotations: {} }),
    spec: z.looseObject({ containers: z.array(container) }),
  }),
});

export const podStatus = z.looseObject({
  phase: z.string().default("Pending"),
  startTime: z.string().optional(),
  conditions: z
    .array(z.looseObject({ type: z.string(), status: z.string(), lastTransitionTime: z.string().nullish() }))
    .default([]),
  containerStatuses: z
    .array(
      z.looseObject({
        restartCount: z.number().default(0),
        state: z
          .looseObject({
            running: z.looseObject({ startedAt: z.string().nullish() }).optional(),
            waiting: z.looseObject({ reason: z.string().default("") }).optional(),
          })
          .default({}),
      }),
    )
    .default([]),
});

const target = z.looseObject({ kind: z.string().default("Deployment"), name: z.string() });
/** What any autoscaler says of whom it scales. */
export const scalerTarget = z.looseObject({ scaleTargetRef: target });
export const autoscalerSpec = z.looseObject({
  scaleTargetRef: target,
  minReplicas: z.number().int().default(1),
  maxReplicas: z.number().int(),
});
export const scaledObjectSpec = z.looseObject({
  scaleTargetRef: target,
  minReplicaCount: z.number().int().default(0),
  maxReplicaCount: z.number().int().default(100),
});

const destination = z.looseObject({
  destination: z.looseObject({ host: z.string() }),
  weight: z.number().int().optional(),
});
export type Destination = z.infer<typeof destination>;
const routes = z.array(
  z.looseObject({
    name: z.string().optional(),
    route: z.array(destination).optional(),
    retries: z.looseObject({ attempts: z.number().int().optional() }).optional(),
  }),
);
export type Routes = z.infer<typeof routes>;
export const virtualServiceSpec = z.looseObject({
  http: routes.optional(),
  tls: routes.optional(),
  tcp: routes.optional(),
});
