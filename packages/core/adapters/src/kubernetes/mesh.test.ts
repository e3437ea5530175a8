import { expect, test } from "vitest";
import { greenPercentOf, shareChange } from "./mesh.ts";
import { type ClusterObject, objectSchema } from "./resources.ts";

function virtualService(spec: object): ClusterObject {
  return objectSchema.parse({ metadata: { name: "ingest", uid: "u", resourceVersion: "1" }, spec });
}
const to = (host: string, weight?: number) => ({
  destination: { host },
  ...(weight === undefined ? {} : { weight }),
});

test("a lone destination gets all, whatever it says", () => {
  expect(greenPercentOf("ingest", virtualService({ http: [{ route: [to("ingest-green")] }] }))).toBe(100);
  expect(greenPercentOf("ingest", virtualService({ http: [{ route: [to("ingest-blue", 3)] }] }))).toBe(0);
});

test("weights are shares of their sum", () => {
  const route = [
    to("ingest-blue.tapline.svc.cluster.local", 30),
    to("ingest-green.tapline.svc.cluster.local", 10),
  ];
  expect(greenPercentOf("ingest", virtualService({ tls: [{ route }] }))).toBe(25);
});

test("what leads elsewhere has no share", () => {
  const spec = { http: [{ redirect: { uri: "/" } }, { route: [to("ingest-blueish"), to("web-green")] }] };
  expect(greenPercentOf("ingest", virtualService(spec))).toBeNull();
  expect(greenPercentOf("ingest", virtualService({ hosts: ["ingest"] }))).toBeNull();
});

test("connections that pass through with their TLS are shared, too, each route with all that it says", () => {
  const match = [{ port: 7444, sniHosts: ["ingest.tapline"] }];
  const given = virtualService({
    tls: [{ match, route: [to("ingest-blue")] }],
    tcp: [{ route: [to("redis")] }],
  });
  expect(shareChange("ingest", given, 5)).toEqual({
    spec: {
      tls: [{ match, route: [to("ingest-blue", 95), to("ingest-green", 5)] }],
      tcp: [{ route: [to("redis")] }],
    },
  });
});

test("routes that belong to one colour are no share, and stay as they are", () => {
  const own = { name: "parts-of-green", route: [to("web-green")] };
  const given = virtualService({ http: [own, { name: "reads", route: [to("web-blue")] }] });
  expect(greenPercentOf("web", given)).toBe(0);
  expect(shareChange("web", given, 30)).toEqual({
    spec: { http: [own, { name: "reads", route: [to("web-blue", 70), to("web-green", 30)] }] },
  });
});

test("sums to 100 at each step, so that no route sends nothing anywhere", () => {
  for (let percent = 0; percent <= 100; percent += 1) {
    const change = shareChange("ingest", virtualService({ http: [{ route: [to("ingest-blue")] }] }), percent);
    const { http } = change.spec as { http: { route: { weight: number }[] }[] };
    expect(http[0]?.route.reduce((sum, { weight }) => sum + weight, 0)).toBe(100);
    expect(greenPercentOf("ingest", virtualService(change.spec))).toBe(percent);
  }
});
