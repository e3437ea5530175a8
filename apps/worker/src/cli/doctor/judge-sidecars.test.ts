import { expect, test } from "vitest";
import type { ClusterObject } from "../../wire/commands/cluster.ts";
import { judgeSidecars } from "./judge-sidecars.ts";
import { find, object, pictureOf, soundObjects, take } from "./picture.fixture.ts";

/** What is said of our overlay of which the Sidecars were changed. */
function told(change: (sidecars: ClusterObject[]) => void): string {
  const objects = soundObjects();
  change(objects.sidecars);
  return judgeSidecars(pictureOf(objects))
    .map(({ what }) => what)
    .join("\n");
}

const hosts = (sidecars: readonly ClusterObject[], name: string): string[] =>
  (find(sidecars, name).spec.egress as [{ hosts: string[] }])[0].hosts;
const add = (name: string, host: string) => (sidecars: ClusterObject[]) =>
  void hosts(sidecars, name).push(host);
const without = (name: string, host: string) => (sidecars: ClusterObject[]) =>
  void hosts(sidecars, name).splice(hosts(sidecars, name).indexOf(host), 1);

test.each<[string, (sidecars: ClusterObject[]) => void, RegExp]>([
  ["none", (sidecars) => take(sidecars, "kpi"), /kpi has no Sidecar/],
  ["none for the migrations", (sidecars) => take(sidecars, "migrations"), /migrations has no Sidecar/],
  [
    "two",
    (sidecars) => void sidecars.push(object("second", { spec: find(sidecars, "kpi").spec })),
    /kpi has 2 Sidecars/,
  ],
  [
    "hosts that the mesh does not know",
    (sidecars) => {
      find(sidecars, "kpi").spec.outboundTrafficPolicy = { mode: "ALLOW_ANY" };
    },
    /kpi may go to hosts that the mesh does not know/,
  ],
  ["every host", add("kpi", "./*"), /kpi reaches every host of \*/],
  [
    "another service",
    add("kpi", "./web-blue.tapline.svc.cluster.local"),
    /kpi reaches web\.tapline.*no edge needs/,
  ],
  [
    "a host beyond the cluster",
    add("kpi", "./archive.tapline.example"),
    /kpi reaches archive\.tapline\.example, which/,
  ],
  ["the door outwards", add("kpi", "./egress.tapline.svc.cluster.local"), /kpi reaches egress\.tapline/],
  [
    "the API server",
    add("kpi", "default/kubernetes.default.svc.cluster.local"),
    /kpi reaches kubernetes\.default/,
  ],
  [
    "no archive",
    without("audit", "./archive.tapline.example"),
    /audit does not reach archive\.tapline\.example, which it calls/,
  ],
  [
    "no store",
    without("kpi", "tapline-data/redis.tapline-data.svc.cluster.local"),
    /kpi does not reach redis\.tapline-data/,
  ],
  [
    "no API server",
    without("noops", "default/kubernetes.default.svc.cluster.local"),
    /noops does not reach kubernetes\.default/,
  ],
])("a fault of Sidecars is found: %s", (_, change, message) => {
  expect(told(change)).toMatch(message);
});
