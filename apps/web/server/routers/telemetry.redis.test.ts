import { ServicesReports, telemetryKeys } from "@tapline/adapters/redis";
import type { ServicesReport } from "@tapline/core/telemetry";
import { afterAll, beforeAll, expect, test } from "vitest";
import { adminSignIn, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";

let running: TestConsole;
let cookie: string;

beforeAll(async () => {
  running = await startTestConsole();
  await running.console.ensureFirstAdmin(adminSignIn);
  ({ cookie } = await signIn(running.console.origin));
});
afterAll(() => running.stop());

async function services(headers: Record<string, string>) {
  const answer = await fetch(`${running.console.origin}/api/trpc/telemetry.services`, { headers });
  const body = (await answer.json()) as { result?: { data: ServicesReport | null } };
  return { status: answer.status, data: body.result?.data };
}

const unknown = { p50Ms: null, p99Ms: null, redisMs: null, postgresqlMs: null, queued: null };

test("those signed in see how services are, as the collector told it last; others are refused", async () => {
  expect(await services({ cookie })).toEqual({ status: 200, data: null });
  const report: ServicesReport = {
    atEpochMs: 1_790_000_000_000,
    services: [
      {
        ...{ instance: "door-1", roles: ["ingest"], heardAtEpochMs: 1_790_000_000_000, isSilent: false },
        ...{ requestsPerSecond: 2, errorRatio: 0, cpuRatio: 0.1, memoryBytes: 1e8, loopDelayMs: 1 },
        ...unknown,
      },
    ],
    mesh: [{ workload: "ingest", requestsPerSecond: 2, errorRatio: null, p99Ms: 4 }],
  };
  await new ServicesReports(running.redis).publish(report);
  expect(await services({ cookie })).toEqual({ status: 200, data: report });
  expect((await services({})).status).toBe(401);
  expect(await running.redis.pttl(telemetryKeys.services)).toBeGreaterThan(0);
});

test("its metrics are told on a port of loopback, and not where its pages are", async () => {
  const { healthPort, origin } = running.console;
  const text = await (await fetch(`http://127.0.0.1:${healthPort}/metrics`)).text();
  expect(text).toMatch(/^tapline_server_requests_total\{route="tRPC",outcome="ok"\} [1-9]/m);
  expect(text).toContain('tapline_store_up{store="redis"} 1');
  const page = await fetch(`${origin}/metrics`, { redirect: "manual" });
  expect(page.status).toBe(303);
});
