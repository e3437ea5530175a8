import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { hasCode } from "@tapline/core/kernel";
import { afterEach, expect, test } from "vitest";
import { readMesh } from "./read-mesh.ts";

let server: Server;
afterEach(() => void server.close());

/** A Prometheus that answers each query by what it asks for. */
async function prometheus(answer: (query: string) => unknown): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://x");
    const query = searchParams.get("query") ?? "";
    asked.push(`${pathname} ${query}`);
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer(query)));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/prom`, asked };
}

const vector = (values: Record<string, string>) => ({
  status: "success",
  data: {
    resultType: "vector",
    result: Object.entries(values).map(([workload, value]) => ({
      metric: { destination_workload: workload },
      value: [1_790_000_000.123, value],
    })),
  },
});

test("reads Istio's standard metrics by workload: rate, share of 5xx, p99", async () => {
  const { url, asked } = await prometheus((query) => {
    if (query.includes("histogram_quantile")) return vector({ ingest: "42.5", idle: "NaN" });
    if (query.includes("response_code")) return vector({ ingest: "0.5" });
    return vector({ ingest: "50", idle: "0" });
  });
  expect(await readMesh(url)).toEqual([
    { workload: "ingest", requestsPerSecond: 50, errorRatio: 0.01, p99Ms: 42.5 },
    { workload: "idle", requestsPerSecond: 0, errorRatio: null, p99Ms: null },
  ]);
  expect(asked).toHaveLength(3);
  for (const line of asked) expect(line).toMatch(/^\/prom\/api\/v1\/query .*istio_request/);
});

test("says that Prometheus is away where it fails, or answers otherwise", async () => {
  const { url } = await prometheus(() => ({ status: "error", error: "query timed out" }));
  expect(await readMesh(url).catch((error: unknown) => hasCode(error, "unavailable"))).toBe(true);
  server.close();
  server.closeAllConnections();
  expect(await readMesh(url).catch((error: unknown) => hasCode(error, "unavailable"))).toBe(true);
});
