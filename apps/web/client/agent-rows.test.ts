import { expect, test } from "vitest";
import type { AgentView } from "../contracts/agents.ts";
import { laterAgents } from "./agent-rows.ts";

const agent = (id: string, readAtEpochMs: number) => ({ id, readAtEpochMs }) as AgentView;
const read = (agents: readonly AgentView[]) =>
  agents.map(({ id, readAtEpochMs }) => `${id}@${readAtEpochMs}`);

test("of two readings of an agent the later one holds, whichever way and order they came", () => {
  const pushed = laterAgents([agent("a", 1), agent("b", 1)], [agent("a", 5)], false);
  expect(read(pushed)).toEqual(["a@5", "b@1"]);
  expect(read(laterAgents(pushed, [agent("a", 4), agent("b", 4)], true))).toEqual(["a@5", "b@4"]);
  expect(read(laterAgents(pushed, [agent("a", 3)], false))).toEqual(["a@5", "b@1"]);
});

test("a push may tell of a new agent; an answer says which ones there are", () => {
  expect(read(laterAgents([agent("a", 1)], [agent("c", 2)], false))).toEqual(["a@1", "c@2"]);
  expect(read(laterAgents([agent("a", 1), agent("c", 2)], [agent("a", 3)], true))).toEqual(["a@3"]);
  expect(read(laterAgents(undefined, [agent("a", 3)], true))).toEqual(["a@3"]);
});
