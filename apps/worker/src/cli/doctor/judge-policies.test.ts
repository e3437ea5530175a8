import { expect, test } from "vitest";
import type { ClusterObject } from "../../wire/commands/cluster.ts";
import { judgePolicies } from "./judge-policies.ts";
import { find, object, pictureOf, soundObjects, take } from "./picture.fixture.ts";
import type { Rule } from "./policy-rules.ts";

/** What is said of our overlay of which the policies were changed. */
function told(change: (policies: ClusterObject[]) => void): string {
  const objects = soundObjects();
  change(objects.authorizationPolicies);
  return judgePolicies(pictureOf(objects))
    .map(({ state, what }) => `${state}: ${what}`)
    .join("\n");
}

const as = (account: string, namespace = "tapline") => `cluster.local/ns/${namespace}/sa/${account}`;
const firstRule = (policies: readonly ClusterObject[], name: string): Rule =>
  (find(policies, name).spec.rules as [Rule])[0];
const add =
  (service: string, ...rules: Rule[]) =>
  (policies: ClusterObject[]) =>
    void policies.push(
      object("more", { spec: { selector: { matchLabels: { "tapline.dev/service": service } }, rules } }),
    );
const from = (principal: string) => [{ source: { principals: [principal] } }];
const at = (...ports: string[]) => [{ operation: { ports } }];

test.each<[string, (policies: ClusterObject[]) => void, RegExp]>([
  ["nothing denied", (policies) => take(policies, "deny-all"), /nothing denies/],
  [
    "no policy for the console",
    (policies) => take(policies, "web"),
    /nobody lets ingress call web at port 8080/,
  ],
  [
    "no policy for agents and browsers",
    (policies) => take(policies, "ingress"),
    /nobody lets agents call ingress at port 7443[\s\S]*nobody lets browsers call ingress at port 443/,
  ],
  [
    "no policy for the scaler",
    (policies) => take(policies, "balance"),
    /nobody lets keda call balance at port 7445/,
  ],
  [
    "a policy for somebody else",
    (policies) => {
      firstRule(policies, "web").from = from(as("kpi"));
    },
    /web lets .*\/sa\/kpi call web at port 8080, which no edge needs[\s\S]*nobody lets ingress call web at port 8080/,
  ],
  [
    "the same account of another namespace",
    (policies) => {
      firstRule(policies, "ingest").from = from(as("ingress", "default"));
    },
    /ns\/default\/sa\/ingress call ingest[\s\S]*nobody lets ingress call ingest/,
  ],
  ["a policy for anybody", add("audit", {}), /more lets anybody call audit/],
  [
    "a stranger at a port",
    add("audit", { from: from(as("kpi")), to: at("9464") }),
    /kpi call audit at port 9464/,
  ],
  [
    "one who needs another port",
    add("web", { from: from(as("ingress")), to: at("9464") }),
    /ingress call web at port 9464/,
  ],
  ["every port", add("ingest", { from: from(as("ingress")) }), /ingress call ingest at every port/],
  [
    "a stranger everywhere",
    (policies) => void policies.push(object("more", { spec: { rules: [{ from: from(as("kpi")) }] } })),
    /more lets .*\/sa\/kpi call every service/,
  ],
  [
    "a way out that is missing",
    (policies) => take(policies, "egress-archives"),
    /nobody lets buffer out to archive\.tapline\.example/,
  ],
  [
    "a way out for who has no business there",
    (policies) => {
      firstRule(policies, "egress-archives").from?.push(...from(as("alerts")));
    },
    /egress-archives lets .*\/sa\/alerts out to archive\.tapline\.example/,
  ],
  [
    "a way out for who goes nowhere",
    (policies) => {
      firstRule(policies, "egress-archives").from?.push(...from(as("kpi")));
    },
    /egress-archives lets .*\/sa\/kpi call egress at port 15443, which no edge needs/,
  ],
  [
    "a way out to everywhere",
    (policies) => {
      delete firstRule(policies, "egress-archives").when;
    },
    /egress-archives lets its callers out to every host/,
  ],
  [
    "a way out to another host",
    (policies) => {
      firstRule(policies, "egress-webhooks").when = [
        { key: "connection.sni", values: ["identity.tapline.example"] },
      ];
    },
    /alerts out to identity\.tapline\.example, which no edge needs[\s\S]*nobody lets alerts out to hooks/,
  ],
  [
    "a method",
    (policies) => {
      firstRule(policies, "web").to?.[1]?.operation.methods?.push("DELETE");
    },
    /ingress may ask web for DELETE \/api\/auth\/x, \/api\/trpc\/x, \/acknowledge\/x, which no edge needs/,
  ],
  [
    "a path",
    (policies) => {
      firstRule(policies, "web").to?.[1]?.operation.paths?.push("/api/other");
    },
    /ingress may ask web for POST \/api\/other, which no edge needs/,
  ],
  [
    "a path that is missing",
    (policies) => {
      firstRule(policies, "web").to?.[1]?.operation.paths?.pop();
    },
    /ingress may not ask web for POST \/acknowledge\/x/,
  ],
  [
    "the probes",
    (policies) => {
      delete firstRule(policies, "web").to?.[0]?.operation.notPaths;
    },
    /ingress may ask web for GET \/healthz, \/readyz/,
  ],
])("a fault of policies is found: %s", (_, change, message) => {
  expect(told(change)).toMatch(message);
});

test("who may call what is none of ours is nobody's fault, and a policy that denies more is none", () => {
  const more = (policies: ClusterObject[]) => {
    add("ratelimit", { from: from(as("ingress")), to: at("8081") })(policies);
    policies.push(object("stricter", { spec: { action: "DENY", rules: [{ from: from(as("kpi")) }] } }));
  };
  expect(told(more)).toMatch(/^well: /);
});

test("a policy that is not understood is unknown, with the place in it", () => {
  const change = (policies: ClusterObject[]) => {
    find(policies, "web").spec.targetRefs = [{ kind: "Gateway", name: "waypoint" }];
  };
  expect(told(change)).toMatch(/^unknown: web says what is not understood here/);
});
