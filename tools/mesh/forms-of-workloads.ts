import { servicePorts } from "@tapline/core/telemetry";
import { z } from "zod";
import { between, doorPod, migrationsPod, servicePod, tupleOf } from "./forms-of-pods.ts";

/** The forms of what runs pods, guards them and leads to them, field for field, as those of pods are. */

const is = z.literal;
const { taps, stream, scaler, web } = servicePorts;
const atDoor = [taps, stream];
/** What each service is called at; of those that nobody calls there is no Service. */
const portsOf: Readonly<Record<string, readonly { name: string; number: number }[]>> = {
  ...{ ingest: atDoor, balance: [scaler], web: [web] },
  ingress: [{ name: "https-web", number: 443 }, ...atDoor],
  egress: [{ name: "tls-egress", number: 15_443 }],
};
export const ofTapline = { "app.kubernetes.io/part-of": is("tapline") };
const ofService = (word: string) => ({ ...ofTapline, "tapline.dev/service": is(word) });
const ofColour = (word: string, colour: string) => ({ ...ofService(word), "tapline.dev/colour": is(colour) });
export const selector = (labels: z.ZodRawShape) => z.strictObject({ matchLabels: z.strictObject(labels) });
/** A new pod is ready before one of before goes. */
const oneMore = z.strictObject({ maxSurge: is(1), maxUnavailable: is(0) });

/** @param scaled whether an autoscaler says how many there are of the colour that serves */
export function serviceDeployment(word: string, colour: string, scaled: boolean) {
  const serving = scaled ? {} : { replicas: between(1, 100) };
  return z.looseObject({
    metadata: z.looseObject({ labels: z.strictObject(ofColour(word, colour)) }),
    spec: z.strictObject({
      ...(colour === "green" ? { replicas: is(0) } : serving),
      strategy: z.strictObject({ type: is("RollingUpdate"), rollingUpdate: oneMore }),
      progressDeadlineSeconds: between(60, 600),
      revisionHistoryLimit: between(1, 10),
      selector: selector(ofColour(word, colour)),
      template: z.strictObject({
        metadata: z.strictObject({
          // Kiali and Istio's figures go by the last two.
          labels: z.strictObject({ ...ofColour(word, colour), app: is(word), version: is(colour) }),
          annotations: z.looseObject({
            "prometheus.io/scrape": is("true"),
            "prometheus.io/port": is("9464"),
            "prometheus.io/path": is("/metrics"),
          }),
        }),
        spec: servicePod(word, portsOf[word] ?? []),
      }),
    }),
  });
}

/** A door of the mesh: Istio's injector makes of it a proxy that drains for a minute. */
export const doorDeployment = (word: string) =>
  z.looseObject({
    spec: z.strictObject({
      replicas: between(2, 100),
      selector: selector({ "tapline.dev/service": is(word) }),
      strategy: z.strictObject({ rollingUpdate: oneMore }),
      template: z.strictObject({
        metadata: z.strictObject({
          labels: z.strictObject({
            ...{ ...ofService(word), app: is(word), "sidecar.istio.io/inject": is("true") },
          }),
          annotations: z.strictObject({
            "inject.istio.io/templates": is("gateway"),
            "proxy.istio.io/config": is('{"terminationDrainDuration": "60s"}'),
          }),
        }),
        spec: doorPod(word),
      }),
    }),
  });

export const migrationsJob = z.looseObject({
  spec: z.strictObject({
    ...{ backoffLimit: between(1, 20), activeDeadlineSeconds: between(600, 86_400) },
    ttlSecondsAfterFinished: between(3_600, 604_800),
    template: z.strictObject({
      metadata: z.strictObject({
        labels: z.strictObject({ ...ofService("migrations"), app: is("migrations") }),
      }),
      spec: migrationsPod,
    }),
  }),
});

/** One at a time; a pod that is not ready holds up nobody's drain of a node. */
export const budget = (labels: z.ZodRawShape) =>
  z.looseObject({
    spec: z.strictObject({
      ...{ maxUnavailable: is(1), unhealthyPodEvictionPolicy: is("AlwaysAllow"), selector: selector(labels) },
    }),
  });
export const serviceBudget = (word: string) => budget(ofService(word));
export const doorBudget = (word: string) => budget({ "tapline.dev/service": is(word) });

/** The name's first word says who is called, what follows it which colour. */
export function calledService(name: string) {
  const [word = "", colour] = name.split("-");
  const ports = (portsOf[word] ?? []).map((one) =>
    z.strictObject({ name: is(one.name), port: is(one.number), targetPort: is(one.number) }),
  );
  const coloured = colour === "preview" ? "green" : colour;
  const labels = coloured === undefined ? {} : { "tapline.dev/colour": is(coloured) };
  // Local: the address that calls stays the caller's own, by which limits go.
  const inward = { type: is("LoadBalancer"), externalTrafficPolicy: is("Local") };
  return z.looseObject({
    spec: z.strictObject({
      ...(word === "ingress" ? inward : { type: is("ClusterIP").optional() }),
      selector: z.strictObject({ "tapline.dev/service": is(word), ...labels }),
      ports: tupleOf(ports),
    }),
  });
}
