import { expect, test } from "vitest";
import { readMeshState, retriesChange, ruleChange, withRetries } from "./mesh-settings.ts";
import { objectSchema } from "./resources.ts";

const object = (spec: object, generation = 1) =>
  objectSchema.parse({ metadata: { name: "web", uid: "u", resourceVersion: "1", generation }, spec });
const rule = (maxConnections: unknown, interval: unknown) =>
  object({
    trafficPolicy: {
      connectionPool: { tcp: { maxConnections, connectTimeout: "3s" } },
      outlierDetection: {
        ...{ consecutive5xxErrors: 5, consecutiveGatewayErrors: 3, interval },
        ...{ baseEjectionTime: "1m30s", maxEjectionPercent: 50 },
      },
    },
  });
const asked = { attempts: 2, perTryTimeout: "10s", retryOn: "unavailable" };
const routes = [
  { name: "acts", retries: { attempts: 0 } },
  { name: "reads", timeout: "30s", retries: asked },
  { name: "bare" },
];

test("what all objects of a service say alike is read, in numbers and ms", () => {
  const state = readMeshState([rule(64, "1.5s"), rule(64, "1500ms")], [object({ http: routes })]);
  expect(state).toEqual({
    ...{ maxConnections: 64, consecutiveErrors: 5, consecutiveGatewayErrors: 3, intervalMs: 1_500 },
    ...{ baseEjectionMs: 90_000, maxEjectionPercent: 50, attempts: 2, perTryTimeoutMs: 10_000 },
    ...{ revision: "u.1+u.1", routesRevision: "u.1" },
  });
});

test.each<[string, ReturnType<typeof rule>[]]>([
  ["is said in two ways", [rule(64, "1s"), rule(65, "2s")]],
  ["is said by one object alone", [rule(64, "1s"), object({})]],
  ["is no number and no span", [rule("many", "soon")]],
  ["is said by none", []],
])("what %s is not known", (_what, rules) => {
  expect(readMeshState(rules, [])).toMatchObject({ maxConnections: null, intervalMs: null, attempts: null });
});

test("of a rule what the act names is changed, and nothing else", () => {
  expect(ruleChange({ kind: "connections", service: "web", maxConnections: 64 })).toEqual({
    spec: { trafficPolicy: { connectionPool: { tcp: { maxConnections: 64 } } } },
  });
  const limits = { consecutiveErrors: 3, intervalMs: 1_500, baseEjectionMs: 30_000, maxEjectionPercent: 50 };
  const outlierDetection = {
    ...{ consecutive5xxErrors: 3, interval: "1.5s", baseEjectionTime: "30s", maxEjectionPercent: 50 },
  };
  const act = { kind: "outlier-detection", service: "web", ...limits } as const;
  expect(ruleChange(act)).toEqual({ spec: { trafficPolicy: { outlierDetection } } });
  expect(ruleChange({ ...act, consecutiveGatewayErrors: 2 })).toEqual({
    spec: { trafficPolicy: { outlierDetection: { ...outlierDetection, consecutiveGatewayErrors: 2 } } },
  });
});

test("retries change on the routes that have some, each with all else that it says", () => {
  const given = object({ http: routes });
  const [acts, reads, bare] = routes;
  expect(retriesChange({ kind: "retries", service: "web", attempts: 1 }, given)).toEqual({
    spec: { http: [acts, { ...reads, retries: { ...asked, attempts: 1 } }, bare] },
  });
  const act = { kind: "retries", service: "web", attempts: 3, perTryTimeoutMs: 2_500 } as const;
  expect(retriesChange(act, given)).toMatchObject({
    spec: { http: [acts, { retries: { ...asked, attempts: 3, perTryTimeout: "2.5s" } }, bare] },
  });
});

test("who tries nothing again is not among those whose retries can be set", () => {
  const [silent, asking] = [object({ http: [routes[0], routes[2]] }), object({ http: routes })];
  expect(withRetries([silent, asking, object({ tls: [{ route: [] }] })])).toEqual([asking]);
});
