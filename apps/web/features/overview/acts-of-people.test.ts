import type { ShownEntry } from "@tapline/core/audit";
import { expect, test } from "vitest";
import { lastActs } from "./acts-of-people.ts";

const row = (id: string, kind: string | null) => ({
  ...{ id, recordedAtEpochMs: 0, index: null },
  entry: kind === null ? null : ({ actor: { kind, id: "x" } } as ShownEntry),
});

test("the last five things that people did, of whatever else is recorded between, and what can be read", () => {
  const rows = [
    ...[row("job", "job"), row("a", "operator"), row("broken", null), row("b", "operator")],
    ...["c", "d", "e", "f"].map((id) => row(id, "operator")),
  ];
  expect(lastActs(rows).map(({ id }) => id)).toEqual(["a", "b", "c", "d", "e"]);
});
