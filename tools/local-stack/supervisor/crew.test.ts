import { refusalOf } from "@tapline/core/noops";
import { expect, test } from "vitest";
import type { Child } from "../start-child.ts";
import { Crew } from "./crew.ts";
import { wantedAtFirst } from "./wanted.ts";

const ingest = { service: "ingest", colour: "blue" } as const;
const terms = { fence: 3, reason: "a test" };

function child(onDeath: (die: () => void) => void): Child {
  const gone = Promise.withResolvers<string>();
  onDeath(() => gone.resolve("signal SIGKILL"));
  return {
    ...{ ready: { type: "ready" }, pid: undefined, exited: gone.promise },
    ...{ send: () => undefined, hand: () => false },
    stop: async () => gone.resolve("exit code 0"),
  };
}

/** A crew whose processes start once they are let. */
async function openCrew() {
  const waiting: { readonly name: string; readonly go: () => void }[] = [];
  const started: string[] = [];
  const deaths = new Map<string, () => void>();
  let held: readonly string[] | "all" = [];
  const crew = new Crew({
    wanted: wantedAtFirst,
    ...{ keep: async () => undefined, cannotRun: () => null, say: () => undefined, slowAfterMs: 200 },
    start: async ({ name }, signal) => {
      if (held === "all" || held.includes(name))
        await new Promise<void>((resolve, reject) => {
          waiting.push({ name, go: resolve });
          signal.addEventListener("abort", () => reject(new Error("broken off")));
        });
      started.push(name);
      return child((die) => deaths.set(name, die));
    },
  });
  await crew.begin();
  await crew.act({ kind: "scale", workload: ingest, replicas: 3 }, terms);
  const replicas = (service = "ingest") =>
    crew.look().workloads.find((workload) => workload.service === service)?.replicas ?? [];
  const areReady = () => replicas().length === 3 && replicas().every(({ state }) => state === "ready");
  await expect.poll(areReady).toBe(true);
  started.length = 0;
  return {
    ...{ crew, started, replicas, areReady },
    waiting: () => waiting.map(({ name }) => name),
    die: (name: string) => deaths.get(name)?.(),
    /** Has later starts hang. */
    hold: (names: readonly string[] | "all") => {
      held = names;
    },
    letGo: () => {
      held = [];
      for (const { go } of waiting.splice(0)) go();
    },
  };
}

test("a restart that is halted stops once the replica that is under way is there; the next one takes all anew", async () => {
  const { crew, started, waiting, areReady, hold, letGo } = await openCrew();
  hold("all");
  await crew.act({ kind: "restart", workload: ingest }, terms);
  await expect.poll(() => waiting().length).toBe(1);
  expect(await crew.halt(terms)).toBe(2);
  letGo();
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
  const { crew, started, waiting, areReady, hold, letGo } = await openCrew();
  hold("all");
  const replace = (replica: string) => crew.act({ kind: "replace", workload: ingest, replica }, terms);
  await replace("worker-ingest-2");
  await expect.poll(() => waiting().length).toBe(1);
  await replace("worker-ingest-3");
  expect(await crew.halt(terms)).toBe(1);
  letGo();
  await expect.poll(areReady).toBe(true);
  expect(started).toEqual(["worker-ingest-2"]);
  await crew.stop();
});

test("a decider whose lease is over halts nothing", async () => {
  const { crew, started, waiting, areReady, hold, letGo } = await openCrew();
  hold("all");
  await crew.act({ kind: "restart", workload: ingest }, terms);
  await expect.poll(() => waiting().length).toBe(1);
  await expect(crew.halt({ fence: 2 })).rejects.toSatisfy((error) => refusalOf(error) === "fenced");
  letGo();
  await expect.poll(() => started.length).toBe(3);
  await expect.poll(areReady).toBe(true);
  await crew.stop();
});

const validation = { service: "validation", colour: "blue" } as const;

test("what died and hangs as it starts anew is exchanged when asked, though another successor hangs, too", async () => {
  const { crew, waiting, areReady, die, hold } = await openCrew();
  hold(["worker-pipeline", "worker-ingest-2"]);
  await crew.act({ kind: "restart", workload: validation }, terms);
  await expect.poll(waiting).toEqual(["worker-pipeline"]);
  die("worker-ingest-2");
  await expect.poll(waiting).toEqual(["worker-pipeline", "worker-ingest-2"]);
  hold(["worker-pipeline"]);
  await crew.act({ kind: "replace", workload: ingest, replica: "worker-ingest-2" }, terms);
  await expect.poll(areReady).toBe(true);
  await crew.stop();
});

test("a successor that hangs holds up its own workload alone", async () => {
  const { crew, started, waiting, replicas, hold } = await openCrew();
  hold(["worker-pipeline"]);
  await crew.act({ kind: "scale", workload: validation, replicas: 2 }, terms);
  await crew.act({ kind: "restart", workload: validation }, terms);
  await expect.poll(waiting).toEqual(["worker-pipeline"]);
  await crew.act({ kind: "restart", workload: ingest }, terms);
  await expect.poll(() => started.filter((name) => name.startsWith("worker-ingest")).length).toBe(3);
  expect(started).toEqual(["worker-validation-2", "worker-ingest", "worker-ingest-2", "worker-ingest-3"]);
  expect(replicas("validation").map(({ state }) => state)).toEqual(["ready", "ready", "starting"]);
  await crew.stop();
});

test("what died serves as before, until what is to take over from it is there", async () => {
  const { crew, started, waiting, die, hold, letGo } = await openCrew();
  const release = { id: "r1", version: "0.1.0", config: {} };
  const serving = () => crew.serving("validation").map(({ plan }) => plan.name);
  hold("all");
  await crew.act({ kind: "place", workload: validation, release, replicas: 1 }, terms);
  await expect.poll(() => waiting().length).toBe(1);
  hold([]);
  die("worker-pipeline");
  await expect.poll(() => started).toEqual(["worker-pipeline"]);
  await expect.poll(serving).toEqual(["worker-pipeline"]);
  letGo();
  await expect.poll(serving).toEqual([expect.stringMatching(/^worker-validation-blue-/)]);
  await crew.stop();
});
