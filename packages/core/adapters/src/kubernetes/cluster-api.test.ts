import { type ActuatorAct, refusalOf } from "@tapline/core/noops";
import { beforeEach, describe, expect, test } from "vitest";
import { Bench, blue, terms, workload } from "./actuator-bench.fixture.ts";
import { serviceAccountConfig } from "./cluster-config.ts";
import { ClusterDouble } from "./cluster-double.fixture.ts";
import { addDeployment } from "./cluster-objects.fixture.ts";
import { KubernetesActuator } from "./kubernetes-actuator.ts";

const bench = new Bench();

describe("an API server", () => {
  beforeEach(() => addDeployment(bench.cluster.store, "ingest", "blue", 1));
  const scale: ActuatorAct = { kind: "scale", workload: blue, replicas: 2 };
  const isPatch = ({ verb }: { verb: string }) => verb === "patch";

  test("that is busy is asked again after as long as it says", async () => {
    bench.cluster.faults.push({
      times: 2,
      answer: { code: 429, headers: { "retry-after": "0" } },
      matches: () => true,
    });
    bench.cluster.faults.push({ times: 2, answer: { code: 503 }, matches: isPatch });
    await bench.hands.act(scale, terms);
    expect(bench.object("deployments", "ingest-blue").spec.replicas).toBe(2);
  });

  test("that stays busy is let alone", async () => {
    bench.cluster.faults.push({
      times: 99,
      answer: { code: 429, headers: { "retry-after": "0" } },
      matches: isPatch,
    });
    expect(await bench.refusal(scale, { fence: null })).toBe("overloaded");
    expect(bench.cluster.asked.filter(isPatch)).toHaveLength(5);
  });

  test("that does not answer costs no more than the time limit of each attempt", async () => {
    bench.cluster.faults.push({ times: 99, answer: "hang", matches: () => true });
    bench.hands = bench.actuator(100);
    expect(await bench.refusal(scale)).toBe("unavailable");
  });

  test("of which the answer is lost has done it once", async () => {
    const { revision } = workload(await bench.hands.look(), blue);
    bench.cluster.faults.push({ times: 1, answer: "do it, then cut", matches: isPatch });
    await bench.hands.act(scale, { ...terms, fence: null, revision });
    expect(bench.object("deployments", "ingest-blue").metadata.generation).toBe(2);
  });

  test("that exchanges the token is asked with the new one", async () => {
    await bench.hands.look();
    bench.cluster.exchangeToken();
    expect((await bench.hands.look()).workloads).toHaveLength(1);
  });

  test("that exchanges the token while a request is under way is asked again, once", async () => {
    bench.cluster.meanwhile = () => {
      bench.cluster.meanwhile = undefined;
      bench.cluster.exchangeToken();
    };
    expect((await bench.hands.look()).workloads).toHaveLength(1);
    bench.cluster.meanwhile = () => bench.cluster.exchangeToken();
    await expect(bench.hands.look()).rejects.toSatisfy((e) => refusalOf(e) === "unavailable");
  });

  test("that has neither KEDA nor Istio has workloads all the same", async () => {
    bench.cluster.missing.add("keda.sh").add("networking.istio.io");
    await bench.hands.act(scale, terms);
    expect(await bench.settle(blue, 2)).toMatchObject({ bounds: null });
    expect((await bench.hands.look()).shares).toEqual({});
    expect(await bench.refusal({ kind: "share", service: "ingest", greenPercent: 0 })).toBe("unsupported");
  });

  test("that nobody vouches for is not spoken to", async () => {
    const stranger = await ClusterDouble.start();
    const config = serviceAccountConfig(stranger.url, bench.cluster.folder);
    const asked = new KubernetesActuator({ config, namespace: "tapline" }).look();
    await expect(asked).rejects.toSatisfy((e) => refusalOf(e) === "unavailable");
    expect(stranger.asked).toEqual([]);
    await stranger.end();
  });

  test("that lost the Role says so by its name", async () => {
    bench.cluster.rules = bench.cluster.rules.filter(({ apiGroups }) => !apiGroups.includes("apps"));
    await expect(bench.hands.look()).rejects.toMatchObject({
      message: expect.stringContaining("cannot list resource"),
      remedy: expect.stringContaining("noops-rbac.yaml"),
    });
  });
});
