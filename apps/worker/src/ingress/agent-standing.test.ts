import type { ListedAgents } from "@tapline/adapters/prisma";
import { afterEach, expect, test, vi } from "vitest";
import { startAgentStanding } from "./agent-standing.ts";

const quiet = { warn: () => undefined, info: () => undefined };
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** A registry in memory: `mark` changes with `agents`. */
async function start(first: ListedAgents["agents"] | Error) {
  const registry = { agents: first, reads: 0, news: (): void => undefined };
  let mark = 0;
  const set = (agents: ListedAgents["agents"] | Error) => {
    registry.agents = agents;
    mark += 1;
  };
  const standing = await startAgentStanding({
    directory: {
      listed: async (known) => {
        registry.reads += 1;
        if (registry.agents instanceof Error) throw registry.agents;
        return known === String(mark) ? null : { mark: String(mark), agents: registry.agents };
      },
    },
    subscribe: async (onNews) => {
      registry.news = onNews;
    },
    log: quiet,
  });
  stops.push(() => standing.stop(0));
  return { standing, registry, set };
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 5 });
const gate = (admitted: string[], refused: string[] = []) => [{ agent: "gate", admitted, refused }];

test("agents that the registry does not list are admitted by their certificate alone", async () => {
  const { standing } = await start([]);
  expect(standing.refusal("by-hand", "01")).toBeNull();
});

test("of an agent that enrolled only its certificates of now are admitted", async () => {
  const { standing } = await start(gate(["0b"], ["0a"]));
  expect([standing.refusal("gate", "0a"), standing.refusal("gate", "0b")]).toEqual(["revoked", null]);
});

test("a certificate that is not listed is asked about before it is called revoked", async () => {
  const { standing, registry } = await start(gate(["0b"]));
  const reads = registry.reads;
  expect(standing.refusal("gate", "0c")).toBe("unknown-yet");
  await until(() => expect(standing.refusal("gate", "0c")).toBe("revoked"));
  expect(registry.reads).toBeGreaterThan(reads);
});

test("one that another door gave out a moment ago is found so", async () => {
  const { standing, set } = await start(gate(["0b"]));
  set(gate(["0b", "0c"]));
  expect(standing.refusal("gate", "0c")).toBe("unknown-yet");
  await until(() => expect(standing.refusal("gate", "0c")).toBeNull());
});

test("a revocation counts as soon as it is told of, and open connections are looked at again", async () => {
  const { standing, registry, set } = await start(gate(["0b"]));
  const seen: unknown[] = [];
  standing.onChange(() => seen.push(standing.refusal("gate", "0b")));
  set(gate([], ["0b"]));
  registry.news();
  await until(() => expect(seen).toEqual(["revoked"]));
});

test("a revocation that nobody tells of counts within seconds", async () => {
  const { standing, set } = await start(gate(["0b"]));
  set(gate([], ["0b"]));
  await until(() => expect(standing.refusal("gate", "0b")).toBe("revoked"));
});

test("while the registry is away what was read stands; a certificate it would have to be asked about waits", async () => {
  const { standing, set, registry } = await start(gate(["0b"], ["0a"]));
  set(new Error("away"));
  registry.news();
  await new Promise((resolve) => setTimeout(resolve, 50));
  const told = ["0a", "0b", "0c"].map((serial) => standing.refusal("gate", serial));
  expect(told).toEqual(["revoked", null, "unknown-yet"]);
});

test("nobody can be told apart before the registry was read", async () => {
  const { standing, set } = await start(new Error("away"));
  expect(standing.refusal("gate", "0b")).toBe("unknown-yet");
  set(gate(["0b"]));
  await until(() => expect(standing.refusal("gate", "0b")).toBeNull());
});
