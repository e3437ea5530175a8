import { decisionStates, ruleModes } from "@tapline/core/noops";
import { expect, test } from "vitest";
import { changeLines, modeWords, stateLooks, valueWords } from "./noops-words.ts";
import { decisionShows, decisionsAddress, statesOf } from "./view.ts";

test("each state and mode has its words, and only what waits or failed calls for somebody", () => {
  expect(Object.keys(stateLooks).toSorted()).toEqual([...decisionStates].toSorted());
  expect(Object.keys(modeWords).toSorted()).toEqual([...ruleModes].toSorted());
  const calling = decisionStates.filter((state) => stateLooks[state].isCalling);
  expect(calling).toEqual(["waiting-approval", "failed"]);
  for (const show of decisionShows) expect(statesOf[show] === undefined).toBe(show === "all");
});

test("values are told as people read them", () => {
  expect([null, true, "ready", 12_000, 0.123456].map(valueWords)).toEqual([
    ...["not known", "yes", "ready", "12,000", "0.123"],
  ]);
});

test("of a change only what became another is told, and what is not known yet as such", () => {
  expect(changeLines({ replicas: 2, open: true }, { replicas: 3, open: true })).toEqual(["replicas: 2 → 3"]);
  expect(changeLines({ replicas: 2 }, null)).toEqual(["replicas: 2 → ?"]);
  expect(changeLines(null, null)).toEqual([]);
});

test("the whole view stands in the address", () => {
  const view = { show: "refused", rule: "scale-up", open: "01939b6c-0000-7000-8000-000000000001" } as const;
  expect(decisionsAddress.read(new URLSearchParams(decisionsAddress.write(view)))).toEqual(view);
  const usual = decisionsAddress.read(new URLSearchParams("show=unheard-of"));
  expect([usual.show, decisionsAddress.write(usual)]).toEqual(["acts", ""]);
});
