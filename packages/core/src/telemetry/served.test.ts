import { expect, test } from "vitest";
import { outcomeOfStatus, ServedRequests } from "./index.ts";

test("counts requests by kind and outcome; what is wrong with a request is no error of ours", () => {
  const served = new ServedRequests();
  for (const [status, tookMs] of [
    [202, 4],
    [400, 1],
    [503, 9],
    [200, null],
  ] as const)
    served.record("POST /v1/taps", outcomeOfStatus(status), tookMs);
  expect(served.take()).toMatchObject({ requests: 4, errors: 1 });
  expect(served.take()).toEqual({ requests: 0, errors: 0, took: { zero: 0, buckets: [] } });
  const route = served.routes.get("POST /v1/taps");
  expect(route?.outcomes).toEqual({ ok: 2, client_error: 1, server_error: 1 });
  expect(route?.took.count).toBe(3);
});

test("knows 64 kinds, and counts whatever else comes as one more: nobody fills memory with names", () => {
  const served = new ServedRequests();
  for (let i = 0; i < 1000; i++) served.record(`GET /${i}`, "ok", 1);
  expect(served.routes.size).toBe(65);
  expect(served.take().requests).toBe(1000);
  expect(served.routes.get("other")?.outcomes.ok).toBe(1000 - 64);
});
