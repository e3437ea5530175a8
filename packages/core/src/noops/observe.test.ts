import { expect, test } from "vitest";
import type { ServiceHealth, ServicesReport } from "../telemetry/index.ts";
import { MemoryTrend } from "./memory-trend.ts";
import { type Observed, observe } from "./observe.ts";
import { startEpochMs as now, replicaOf, workloadOf } from "./world.fixture.ts";

const nothing: Observed = {
  ...{ nowEpochMs: now, landscape: null, services: null, wishes: null, kpis: null, alerts: null },
  ...{ archives: null, shifts: null, clocks: [], memoryGrowth: new Map() },
};
const process = (instance: string, more: Partial<ServiceHealth> = {}): ServiceHealth => ({
  ...{ instance, roles: ["validation"], heardAtEpochMs: now - 1_000, isSilent: false, requestsPerSecond: 10 },
  ...{ errorRatio: 0, p50Ms: 1, p99Ms: 2, cpuRatio: 0.1, memoryBytes: 1e8, loopDelayMs: 1, redisMs: 1 },
  ...{ postgresqlMs: 1, queued: 0, ...more },
});
const told = (...services: ServiceHealth[]): ServicesReport => ({ atEpochMs: now, services, mesh: null });
const silent = { isSilent: true, heardAtEpochMs: now - 30_000 };
const read = (observed: Partial<Observed>, name: string) =>
  observe({ ...nothing, ...observed }).get(name)?.value;

test("figures of a service are of those of its processes that are heard", () => {
  const services = told(
    process("a", { p99Ms: 5, errorRatio: 0.1 }),
    process("b", { p99Ms: 9, requestsPerSecond: 30 }),
    process("c", { ...silent, p99Ms: 99 }),
  );
  expect(read({ services }, 'service("validation").heard')).toBe(2);
  expect(read({ services }, 'service("validation").p99Ms')).toBe(9);
  expect(read({ services }, 'service("validation").requestsPerSecond')).toBe(40);
  expect(read({ services }, 'service("validation").errorRatio')).toBeCloseTo(0.025);
  expect(read({ services: told(process("a", silent)) }, 'service("validation").p99Ms')).toBeNull();
  expect(read({ services }, 'service("transfer").p99Ms')).toBeUndefined();
});

test("a replica is known by its name in telemetry, and silent only where others are heard", () => {
  const replicas = [replicaOf("validation-1"), replicaOf("validation-2")];
  const landscape = { atEpochMs: now, workloads: [workloadOf(2, { replicas })], shares: {} };
  const silentMs = 'replica("validation/blue/validation-1").silentMs';
  const one = process("validation-1-4711", silent);
  expect(read({ landscape, services: told(one, process("validation-2")) }, silentMs)).toBe(30_000);
  // Nobody is heard: it is the telemetry that is silent.
  expect(read({ landscape, services: told(one) }, silentMs)).toBeNull();
  // Another process's number is none of a longer name.
  expect(read({ landscape, services: told(process("validation-1-x-1")) }, silentMs)).toBeUndefined();
  expect(read({ landscape }, 'replica("validation/blue/validation-2").state')).toBe("ready");
  expect(read({ landscape }, 'service("validation").wanted')).toBe(2);
});

test("while two releases share a service, how many it should have is nobody's to say", () => {
  const workloads = [workloadOf(2), workloadOf(1, { colour: "green" })];
  const shares = { validation: { greenPercent: 10, revision: "1" } };
  const landscape = { atEpochMs: now, workloads, shares };
  expect(read({ landscape }, 'service("validation").wanted')).toBeNull();
  expect(read({ landscape }, 'service("validation").ready')).toBe(3);
});

test("alerts count those that are active, and releases tell how long their shift is over", () => {
  const alerts = [{ ruleId: "backlog-old", raisedAtEpochMs: [now - 5_000, now - 9_000] }];
  expect(read({ alerts }, 'alert("backlog-old").active')).toBe(2);
  expect(read({ alerts }, 'alert("backlog-old").longestMs')).toBe(9_000);
  const shifts = [{ service: "validation", phase: "done", endedAtEpochMs: now - 7_000, looked: null }];
  expect(read({ shifts }, 'release("validation").endedMs')).toBe(7_000);
});

test("what the analysis of a release says is as old as the look by which it says so", () => {
  const shift = { service: "validation", phase: "routing", endedAtEpochMs: null };
  const name = 'release("validation").verdict';
  const looked = { is: "bad", atEpochMs: now - 4_000 } as const;
  expect(observe({ ...nothing, shifts: [{ ...shift, looked }] }).get(name)).toEqual({
    value: "bad",
    atEpochMs: now - 4_000,
  });
  expect(read({ shifts: [{ ...shift, looked: null }] }, name)).toBeNull();
});

test("clocks are those that are asked for, in their zones; one of a zone that nobody knows is missing, and no other is", () => {
  const clocks = ["UTC", "Europe/Berlin", "Europe/Nowhere"];
  const at = (nowEpochMs: number, zone: string) =>
    (["minuteOfDay", "weekday", "dayOfMonth"] as const).map((field) =>
      read({ nowEpochMs, clocks }, `clock("${zone}").${field}`),
    );
  const [winter, summer] = [Date.UTC(2026, 2, 29, 0, 59), Date.UTC(2026, 2, 29, 1)];
  expect(at(winter, "UTC")).toEqual([59, 7, 29]);
  expect(at(winter, "Europe/Berlin")).toEqual([119, 7, 29]);
  expect(at(summer, "Europe/Berlin")).toEqual([180, 7, 29]);
  expect(at(summer, "Europe/Nowhere")).toEqual([undefined, undefined, undefined]);
  expect(read({ clocks: ["UTC"] }, 'clock("Europe/Berlin").weekday')).toBeUndefined();
});

test("memory that grows is told once it was looked at for half an hour", () => {
  const trend = new MemoryTrend();
  const hear = (minute: number) =>
    trend.hear({
      ...told(
        process("a", { memoryBytes: 1e9 + (minute * 6e7) / 60 }),
        process("b", { memoryBytes: minute % 2 === 0 ? 1e9 : 1.01e9 }),
      ),
      atEpochMs: now + minute * 60_000,
    });
  for (let minute = 0; minute < 30; minute++) hear(minute);
  expect(trend.growth()).toEqual(new Map());
  for (let minute = 30; minute < 90; minute++) hear(minute);
  expect(trend.growth().get("a")).toBeCloseTo(6e7, -3);
  expect(Math.abs(trend.growth().get("b") ?? 1e9)).toBeLessThan(5e6);
});
