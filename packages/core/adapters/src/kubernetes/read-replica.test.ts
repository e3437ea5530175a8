import { expect, test } from "vitest";
import { podStatus } from "./cluster-controllers.fixture.ts";
import { isOver, readReplica } from "./read-replica.ts";
import { type ClusterObject, objectSchema } from "./resources.ts";

const startedAt = "2026-11-01T10:00:00Z";
const created = "2026-11-01T09:59:50Z";
const nowEpochMs = Date.parse("2026-11-01T10:05:00Z");

function pod(status: object, metadata: object = {}): ClusterObject {
  const given = {
    name: "ingest-blue-1",
    uid: "u",
    resourceVersion: "1",
    creationTimestamp: created,
    ...metadata,
  };
  return objectSchema.parse({ metadata: given, status });
}
const replica = (of: ClusterObject) => readReplica(of, "ingest", 600_000, nowEpochMs);
const running = { running: { startedAt } };

test("a pod is ready by its condition, and began when its container last did", () => {
  const status = podStatus(true, running, 2);
  expect(replica(pod(status))).toEqual({
    ...{ name: "ingest-blue-1", state: "ready", restarts: 2, services: ["ingest"] },
    startedAtEpochMs: Date.parse(startedAt),
  });
});

test("a pod that nobody has scheduled yet is starting, since it was made", () => {
  expect(replica(pod({}))).toMatchObject({
    state: "starting",
    startedAtEpochMs: Date.parse(created),
    restarts: 0,
  });
});

test.for(["CrashLoopBackOff", "ImagePullBackOff", "ErrImageNeverPull", "CreateContainerConfigError"])(
  "a pod that waits by %s has failed",
  (reason) => {
    expect(replica(pod(podStatus(false, { waiting: { reason } }, 7)))).toMatchObject({
      state: "failed",
      restarts: 7,
    });
  },
);

test("a pod that is not ready for longer than the Deployment waits has failed", () => {
  const since = (lastTransitionTime: string) =>
    pod({ phase: "Running", conditions: [{ type: "Ready", status: "False", lastTransitionTime }] });
  expect(replica(since("2026-11-01T09:55:01Z")).state).toBe("starting");
  expect(replica(since("2026-11-01T09:54:59Z")).state).toBe("failed");
});

test("a pod that is to end is draining, ready or not", () => {
  const deletionTimestamp = "2026-11-01T10:04:00Z";
  expect(replica(pod(podStatus(true, running), { deletionTimestamp })).state).toBe("draining");
});

test("a pod that was evicted stays listed and is none any more", () => {
  expect(isOver(pod({ phase: "Failed", reason: "Evicted" }))).toBe(true);
  expect(isOver(pod({ phase: "Running" }))).toBe(false);
});
