import { refusalOf } from "@tapline/core/noops";
import { expect, test } from "vitest";
import type { Child } from "../start-child.ts";
import { Crew } from "./crew.ts";
import { wantedAtFirst } from "./wanted.ts";

const ingest = { service: "ingest", colour: "blue" } as const;
const terms = { fence: 3, reason: "a test" };

function child(): Child {
  const gone = Promise.withResolvers<string>();
  return {
    ...{ ready: { type: "ready" }, pid: undefined, exited: gone.promise },
    ...{ send: () => undefined, hand: () => false },
    stop: async () => gone.resolve("exit code 0"),
  };
}

/** A crew whose processes start once they are let. */
async function openCrew() {
  const waiting: (() => void)[] = [];
  const started: string[] = [];
  let isHeld = false;
  const crew = new Crew({
    wanted: wantedAtFirst,
    keep: async () => undefined,
    cannotRun: () => null,
    say: () => undefined,
    start: async ({ name }) => {
      if (isHeld) await new Promise<void>((resolve) => void waiting.push(resolve));
      started.push(name);
      return child();
    },
  });
  await crew.begin();
  await crew.act({ kind: "scale", workload: ingest, replicas: 3 }, terms);
  const replicas = () => crew.look().workloads.find(({ service }) => service === "ingest")?.replicas ?? [];
  const areReady = () => replicas().length === 3 && replicas().every(({ state }) => state === "ready");
  await expect.poll(areReady).toBe(true);
  started.length = 0;
  return {
    ...{ crew, started, waiting, areReady },
    hold: (on: boolean) => {
      isHeld = on;
      for (const go of waiting.splice(0)) go();
    },
  };
}

test("a restart that is halted stops once the replica that is under way is there; the next one takes all anew", async () => {
  const { crew, started, waiting, areReady, hold } = await openCrew();
  hold(true);
  await crew.act({ kind: "restart", workload: ingest }, terms);
  await expect.poll(() => waiting.length).toBe(1);
  expect(await crew.halt(terms)).toBe(2);
  hold(false);
  await expect.poll(areReady).toBe(true);
  expect(started).toHaveLength(1);
  await crew.act({ kind: "scale", workload: ingest, replicas: 2 }, terms);
  await crew.act({ kind: "scale", workload: ingest, replicas: 3 }, terms);
  await expect.poll(areReady).toBe(true);
  expect(started).toHaveLength(2);
  await crew.act({ kind: "restart", workload: ingest }, terms);
  await expect.poll(() => started.length).toBe(5);
  await crew.stop();
});

test("what is asked to be replaced and waits for its turn is left as it is by a halt", async () => {
  const { crew, started, waiting, areReady, hold } = await openCrew();
  hold(true);
  const replace = (replica: string) => crew.act({ kind: "replace", workload: ingest, replica }, terms);
  await replace("worker-ingest-2");
  await expect.poll(() => waiting.length).toBe(1);
  await replace("worker-ingest-3");
  expect(await crew.halt(terms)).toBe(1);
  hold(false);
  await expect.poll(areReady).toBe(true);
  expect(started).toEqual(["worker-ingest-2"]);
  await crew.stop();
});

test("a decider whose lease is over halts nothing", async () => {
  const { crew, started, waiting, areReady, hold } = await openCrew();
  hold(true);
  await crew.act({ kind: "restart", workload: ingest }, terms);
  await expect.poll(() => waiting.length).toBe(1);
  await expect(crew.halt({ fence: 2 })).rejects.toSatisfy((error) => refusalOf(error) === "fenced");
  hold(false);
  await expect.poll(() => started.length).toBe(3);
  await expect.poll(areReady).toBe(true);
  await crew.stop();
});
