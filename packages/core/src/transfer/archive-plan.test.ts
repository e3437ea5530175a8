import { expect, test } from "vitest";
import { hasCode } from "../kernel/index.ts";
import { archiveRule, enoughToLevel, readArchivePlan, repinned, wantedTargets } from "./archive-plan.ts";

const pin = `SHA256:${"A".repeat(43)}`;
const target = (name: string) => ({ name, url: "sftp://t@host/a", hostKeys: [pin], keyFile: "key" });
const read = (plan: unknown) => readArchivePlan(JSON.stringify(plan), "archives.json");

test("a plan says what it leaves out", () => {
  const plan = read({ targets: [target("main"), target("off-site")] });
  expect(plan.mode).toBe("mirror");
  expect(plan.targets[1]).toMatchObject({
    maxConnections: 2,
    bandwidth: { bytesPerSecond: null, timeZone: "UTC" },
  });
});

test.for([
  [1, undefined, 1],
  [2, undefined, 2],
  [3, undefined, 2],
  [4, undefined, 3],
  [3, 1, 1],
] as const)("of %i mirrors with quorum %s, %i must hold a segment", ([count, quorum, needed]) => {
  const targets = Array.from({ length: count }, (_, i) => target(`t${i}`));
  expect(archiveRule(read({ quorum, targets })).quorum).toBe(needed);
});

test("with fail-over one is enough, and only the first is to be made complete", () => {
  const plan = read({ mode: "fail-over", targets: [target("a"), target("b")] });
  expect(archiveRule(plan)).toEqual({ mode: "fail-over", quorum: 1 });
  expect(wantedTargets("fail-over", ["a", "b"])).toEqual(["a"]);
  expect(wantedTargets("mirror", ["a", "b"])).toEqual(["a", "b"]);
});

test.for([
  ["no target", { targets: [] }],
  ["a name twice", { targets: [target("a"), target("a")] }],
  ["a quorum beyond the targets", { quorum: 2, targets: [target("a")] }],
  ["no pin", { targets: [{ ...target("a"), hostKeys: [] }] }],
  ["three pins", { targets: [{ ...target("a"), hostKeys: [pin, pin, pin] }] }],
  ["a setting that is not known", { targets: [{ ...target("a"), password: "x" }] }],
] as const)("%s is refused by name", ([, plan]) => {
  expect(() => read(plan)).toThrow(expect.toSatisfy((error) => hasCode(error, "misconfigured")));
});

test("a file that is not JSON is refused", () => {
  expect(() => readArchivePlan("{", "archives.json")).toThrow("archives.json is not JSON");
});

test("a re-pin believes the offered key, and one of those before only where that is asked for", () => {
  expect(repinned(["old"], "new", true)).toEqual(["new", "old"]);
  expect(repinned(["newer", "oldest"], "new", true)).toEqual(["new", "newer"]);
  expect(repinned(["new", "old"], "new", false)).toEqual(["new"]);
});

test.for([
  // Quorum, answering, silent, and whether that is enough for recent days, and for all that there is.
  [1, 1, 0, true, true],
  [1, 0, 1, false, false],
  [2, 1, 1, true, true],
  [2, 2, 1, true, true],
  [2, 1, 2, false, false],
  [1, 1, 1, true, false],
  [1, 2, 1, true, false],
  [3, 1, 2, true, true],
] as const)(
  "a quorum of %i, %i answer and %i are silent: enough for recent days %s, for all %s",
  ([quorum, answering, silent, recent, all]) => {
    const rule = { mode: "mirror", quorum } as const;
    expect(enoughToLevel(rule, "recent", { answering, silent })).toBe(recent);
    expect(enoughToLevel(rule, "all", { answering, silent })).toBe(all);
  },
);
