import { expect, test } from "vitest";
import { refusedByPolicy } from "./cluster-admission.fixture.ts";
import { addMesh } from "./cluster-objects.fixture.ts";
import { ClusterStore, type Json, mergePatch, type Stored } from "./cluster-store.fixture.ts";

const noops = "system:serviceaccount:tapline:noops";
const store = new ClusterStore();
addMesh(store, "ingest");
const bare = store.get("virtualservices", "tapline", "ingest");

const host = (colour: string) => `ingest-${colour}.tapline.svc.cluster.local`;
const headers = { request: { set: { "x-of": "ours" } } };
const route = (index: number): Json => ({
  name: `route-${index}`,
  retries: { attempts: 1, retryOn: "connect-failure" },
  route: [
    { destination: { host: host("blue"), port: { number: 7_443 } }, weight: 60, headers },
    { destination: { host: host("green"), port: { number: 7_443 } }, weight: 40, headers },
  ],
});
const routes = (count: number): Json[] => Array.from({ length: count }, (_, index) => route(index));
const at = (protocol: string, list: readonly Json[]): Stored =>
  mergePatch(bare, { spec: { http: null, [protocol]: list } }) as Stored;

const deed = { group: "networking.istio.io", resource: "virtualservices", operation: "UPDATE" } as const;
const protocols = ["http", "tls", "tcp"];

/** What is said where each route of sixteen in turn, and none beside it, is changed. */
function saidOfEach(protocol: string, change: Json): Set<string | null> {
  const before = routes(16);
  const answers = before.map((one, index) =>
    refusedByPolicy(
      noops,
      at(protocol, before),
      at(protocol, before.with(index, mergePatch(one, change) as Json)),
      deed,
    ),
  );
  return new Set(answers);
}
const ways = (changes: readonly [Json, Json]): Json => ({
  route: (route(0).route as Json[]).map((way, index) => mergePatch(way, changes[index] ?? {})),
});

const weights = "noops changes of a route weights and retries alone";
const elsewhere = "noops leads no route elsewhere than to the two colours of the service that it leads to";
const retried =
  "noops changes of retries how often and how long alone, from 1 to 5 times and 100 ms to 30 s, where there are some";

test.each<[string, Json, string | null]>([
  ["others weights", ways([{ weight: 0 }, { weight: 100 }]), null],
  ["no weight", ways([{ weight: null }, {}]), null],
  ["other retries", { retries: { attempts: 5, perTryTimeout: "2s" } }, null],
  ["a copy elsewhere", { mirror: { host: "evil" } }, weights],
  ["another name", { name: "other" }, weights],
  ["too many retries", { retries: { attempts: 6 } }, retried],
  ["retries with another pause", { retries: { backoff: "2s" } }, retried],
  ["a stranger", ways([{ destination: { host: "evil" } }, {}]), elsewhere],
  ["other headers", ways([{ headers: { request: { set: { "x-of": "others" } } } }, {}]), elsewhere],
  ["no headers", ways([{}, { headers: null }]), elsewhere],
  ["no port", ways([{ destination: { port: null } }, {}]), elsewhere],
  ["a subset", ways([{ destination: { subset: "v2" } }, {}]), elsewhere],
])(
  "wherever a route stands in a list of any kind, noops gives it %s as it gives any other",
  (_, change, said) => {
    for (const protocol of protocols) expect(saidOfEach(protocol, change)).toEqual(new Set([said]));
  },
);

test.each(protocols)(
  "a list %s of more than sixteen is left alone, for the policy looks at no more, and none becomes shorter",
  (protocol) => {
    const mark = (stored: Stored): Stored => mergePatch(stored, { metadata: { generation: 9 } }) as Stored;
    const said = (first: number, second: number) =>
      refusedByPolicy(noops, at(protocol, routes(first)), mark(at(protocol, routes(second))), deed);
    expect(said(16, 16)).toBeNull();
    expect(said(17, 17)).toMatch(/those with more than 16 in a list it leaves/);
    expect(said(3, 2)).toMatch(/adds, removes and moves none/);
  },
);

test("from either colour alone a route is led to both", () => {
  const to = (...colours: string[]) =>
    at("http", [{ route: colours.map((colour) => ({ destination: { host: host(colour) } })) }]);
  for (const colour of ["blue", "green"])
    expect(refusedByPolicy(noops, to(colour), to("blue", "green"), deed)).toBeNull();
});

test("a route of which nothing says how often it is tried again stays so", () => {
  const of = (retries: Json) => at("http", [{ ...route(0), retries }]);
  const first = { retryOn: "5xx" };
  expect(refusedByPolicy(noops, of(first), of({ ...first, attempts: 2 }), deed)).toBe(retried);
});

test("what a VirtualService says beside its routes goes as little as it becomes another", () => {
  const to = mergePatch(bare, { spec: { hosts: null } }) as Stored;
  expect(refusedByPolicy(noops, bare, to, deed)).toMatch(/adds, removes and moves none/);
});

test("a route that leads nowhere, as one that answers itself, stays as it is", () => {
  const answers = [{ name: "stop", directResponse: { status: 503 } }];
  expect(refusedByPolicy(noops, at("http", answers), at("http", answers), deed)).toBeNull();
});
