import { expect, test } from "vitest";
import { type Entry, findEntries } from "./find-entries.ts";

const entry = (group: string, name: string, words = ""): Entry => ({
  ...{ id: `${group} ${name}`, group, name, words },
  run: () => {},
});
const entries = [
  entry("Pages", "Overview"),
  entry("Pages", "Readers & agents"),
  entry("Keys", "Enrol an agent"),
  entry("Agents", "gate-1", "north gate.example.org"),
  entry("Agents", "gate-2", "south"),
  entry("Agents", "agent-7"),
];
const found = (text: string) =>
  findEntries(entries, text).map(({ name, entries: of }) => [name, of.map((one) => one.name)]);

test("all are there in their order until something is typed", () => {
  expect(found(" ").map(([name]) => name)).toEqual(["Pages", "Keys", "Agents"]);
});

test("what begins with the text stands before what has it in a word, and its group comes first", () => {
  expect(found("agent")).toEqual([
    ["Agents", ["agent-7"]],
    ["Pages", ["Readers & agents"]],
    ["Keys", ["Enrol an agent"]],
  ]);
});

test("words are found in any order and beside the name; one that is nowhere finds nothing", () => {
  expect(found("north gate")).toEqual([["Agents", ["gate-1"]]]);
  expect(found("gate north")).toEqual([["Agents", ["gate-1"]]]);
  expect(found("gate east")).toEqual([]);
});

test("of many the best are shown", () => {
  const many = Array.from({ length: 500 }, (_, index) => entry("Agents", `gate-${index}`));
  const [group] = findEntries([...many, entry("Agents", "499")], "499");
  expect(group?.entries.map(({ name }) => name)).toEqual(["499", "gate-499"]);
  expect(findEntries(many, "gate")[0]?.entries.length).toBeLessThan(20);
});
