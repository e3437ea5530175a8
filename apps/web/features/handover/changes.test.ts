import { expect, test } from "vitest";
import type { AlertLine, HandoverPicture } from "../../contracts/handover.ts";
import { changesOf } from "./changes.ts";

const line = (id: string, more: Partial<AlertLine> = {}): AlertLine => ({
  ...{ id, message: `alert ${id}`, severity: "warning", state: "acknowledged", place: "north" },
  ...{ raisedAtEpochMs: 1, assignee: null, untilEpochMs: null, ...more },
});

const picture = (more: Partial<HandoverPicture> = {}): HandoverPicture => ({
  ...{ format: "tapline-handover/1", atEpochMs: 10, sinceEpochMs: 0, open: [], shelved: [], held: [] },
  ...{ unnamedAlerts: 0, acts: [], hasMoreActs: false, maintenance: [], agentsAway: [], archives: [] },
  ...{ restoreProvenEpochMs: null, unknown: [], ...more },
});

test("what stands as it was is not marked", () => {
  const same = picture({ open: [line("a")] });
  expect(changesOf(same, same)).toEqual({ marks: new Map(), gone: [], newActs: 0 });
});

test("what came, what stands otherwise and what is gone are told apart, and what moved to the shelf is changed", () => {
  const before = picture({
    ...{
      open: [line("a"), line("b"), line("c")],
      agentsAway: [{ id: "gym-1", site: "n", seenAtEpochMs: 1 }],
    },
    archives: [{ archive: "main", lastStoredEpochMs: 1, waiting: 0, awaySinceEpochMs: null }],
  });
  const now = picture({
    open: [line("a", { assignee: "ada" }), line("d")],
    shelved: [line("b", { state: "shelved", untilEpochMs: 5 })],
    archives: [{ archive: "main", lastStoredEpochMs: 2, waiting: 3, awaySinceEpochMs: 4 }],
    acts: [{ personId: "ada", acts: [{ atEpochMs: 1, action: "x.y", subject: "x/1", reason: null }] }],
  });
  expect(changesOf(before, now)).toEqual({
    marks: new Map([
      ["alert a", "changed"],
      ["alert d", "new"],
      ["alert b", "changed"],
      ["archive main", "changed"],
    ]),
    gone: ["alert c", "agent gym-1 is back"],
    newActs: 1,
  });
});
