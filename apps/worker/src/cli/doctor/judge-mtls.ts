import { edges } from "@tapline/core/telemetry";
import { z } from "zod";
import type { ClusterObject, ClusterPicture } from "../../wire/commands/cluster.ts";
import { type Finding, fault, judged, unknown } from "./finding.ts";
import { isAmbient } from "./judge-ambient.ts";
import { isOutdated, planeMinor, proxyVersion } from "./mesh-version.ts";
import { serviceOf, withObjects } from "./read-objects.ts";
import { stores } from "./stores.ts";

const peerSchema = z.looseObject({
  selector: z.looseObject({ matchLabels: z.record(z.string(), z.string()).default({}) }).optional(),
  mtls: z.looseObject({ mode: z.string().default("UNSET") }).optional(),
  portLevelMtls: z.record(z.string(), z.looseObject({ mode: z.string().default("UNSET") })).default({}),
});

/** Ports where nobody of the mesh calls, and the process itself demands a certificate or has nothing to hide. */
export function portsBesideMesh(service: string): ReadonlySet<string> {
  const open = edges.filter(
    ({ to, cipheredBy }) => to === service && (cipheredBy === "programs" || cipheredBy === "nobody"),
  );
  return new Set(open.map(({ port }) => String(port.number)));
}

/** Whether the mesh demands mTLS of everybody, and has no hole but those that the table of edges knows. */
export function judgeMtls(picture: ClusterPicture): readonly Finding[] {
  const kinds = ["peerAuthentications", "storePeerAuthentications", "meshWide"] as const;
  return withObjects(
    "mTLS",
    picture,
    kinds,
    ({ meshWide, peerAuthentications, storePeerAuthentications }) => {
      const isWhole = ({ spec }: ClusterObject): boolean => peerSchema.parse(spec).selector === undefined;
      const whole = [...meshWide, ...peerAuthentications].filter(isWhole);
      const strict = whole.some(({ spec }) => peerSchema.parse(spec).mtls?.mode === "STRICT");
      const storePorts = new Set(stores.map(({ port }) => String(port)));
      return judged(
        "mTLS",
        [
          ...(strict
            ? []
            : [fault("mTLS", "no PeerAuthentication demands STRICT of everybody", "apply istio/base")]),
          ...[...whole, ...storePeerAuthentications.filter(isWhole)]
            .filter(({ spec }) => isLax(peerSchema.parse(spec).mtls?.mode))
            .map(laxFault),
          ...peerAuthentications.flatMap((object) => {
            const known = portsBesideMesh(selectedBy(object));
            return holes(object, (port) => known.has(port));
          }),
          // At their other ports a store's operator comes, who may have no proxy.
          ...storePeerAuthentications.flatMap((object) => holes(object, (port) => !storePorts.has(port))),
        ],
        "STRICT for everybody",
      );
    },
  );
}

const isLax = (mode: string | undefined): boolean => mode === "PERMISSIVE" || mode === "DISABLE";

function laxFault({ metadata }: ClusterObject): Finding {
  return fault("mTLS", `PeerAuthentication ${metadata.name} lets in plain text`, "set its mode to STRICT");
}

const selectedBy = (object: ClusterObject): string =>
  peerSchema.parse(object.spec).selector?.matchLabels["tapline.dev/service"] ?? serviceOf(object);

/** What one that is for some pods takes back. */
function holes(object: ClusterObject, isKnown: (port: string) => boolean): Finding[] {
  const { selector, mtls, portLevelMtls } = peerSchema.parse(object.spec);
  if (selector === undefined) return [];
  const { name } = object.metadata;
  return [
    ...(isLax(mtls?.mode) ? [laxFault(object)] : []),
    ...Object.entries(portLevelMtls)
      .filter(([port, { mode }]) => isLax(mode) && !isKnown(port))
      .map(([port]) =>
        fault(
          "mTLS",
          `PeerAuthentication ${name} lets plain text in at port ${port}`,
          `take port ${port} out of it`,
        ),
      ),
  ];
}

/** Whether each pod has its proxy, of the control plane's version or the one before it; in ambient mode it has none. */
export function judgeProxies(picture: ClusterPicture): readonly Finding[] {
  return withObjects("proxies", picture, ["pods", "controlPlane"], ({ pods, controlPlane }) => {
    const running = pods.filter(
      (pod) => serviceOf(pod) !== "" && pod.metadata.deletionTimestamp === undefined,
    );
    const beside = running.filter((pod) => !isAmbient(pod));
    const proxies = beside.map((pod) => ({ pod: pod.metadata.name, version: proxyVersion(pod) }));
    const bare = beside.filter((pod) => proxyVersion(pod) === null);
    const newest = planeMinor(controlPlane);
    if (newest === null)
      return [unknown("proxies", "no istiod was seen", "say where the mesh is: --mesh-namespace")];
    const old = proxies.filter(({ version }) => isOutdated(version, newest));
    return judged(
      "proxies",
      [
        ...bare.map(({ metadata }) =>
          fault(
            "proxies",
            `${metadata.name} has no proxy: it is not in the mesh`,
            running.some(isAmbient)
              ? "see that Istio's CNI agent runs on its node, and restart it"
              : "label the namespace for injection, and restart it",
          ),
        ),
        ...old.map(({ pod, version }) =>
          fault(
            "proxies",
            `${pod} has a proxy of ${version}, the control plane is 1.${newest}`,
            "restart it",
          ),
        ),
      ],
      `${proxies.length} pods have theirs, the control plane is 1.${newest}`,
    );
  });
}
