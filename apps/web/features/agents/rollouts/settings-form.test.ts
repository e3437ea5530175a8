import { agentSettingsSchema } from "@tapline/core/tap";
import { expect, test } from "vitest";
import { formOf, settingNames, settingsOf, settingsWords } from "./settings-form.ts";

const empty = formOf({});

test("the form has every setting that the server may give, and no other", () => {
  expect(settingNames.toSorted()).toEqual(Object.keys(agentSettingsSchema.shape).toSorted());
});

test("what is left empty is not set, and figures are taken in their units", () => {
  expect(settingsOf(empty)).toEqual({ settings: {}, faults: new Set() });
  const typed = { ...empty, outboxMaxBytes: " 64 ", outboxMaxAgeMs: "none", buzzer: "false", link: "rest" };
  const { settings } = settingsOf(typed);
  expect(settings).toEqual({
    ...{ outboxMaxBytes: 64 * 1024 * 1024, outboxMaxAgeMs: null, buzzer: false, link: "rest" },
  });
  expect(agentSettingsSchema.parse(settings)).toEqual(settings);
  expect(settingsOf({ ...empty, reportEveryMs: "0.5" }).faults).toEqual(new Set(["reportEveryMs"]));
  expect(settingsOf({ ...empty, rereads: "11", outboxMaxAgeMs: "soon" })).toEqual({
    ...{ settings: null, faults: new Set(["outboxMaxAgeMs", "rereads"]) },
  });
});

test("settings that were made fill the form so that it says the same", () => {
  const settings = {
    ...({ link: "auto", releaseAt: "archived", logLevel: "debug" } as const),
    ...{
      outboxMaxBytes: 1024 * 1024,
      outboxMaxAgeMs: 90_000,
      reportEveryMs: 1_500,
      rereads: 0,
      buzzer: true,
    },
  };
  expect(settingsOf(formOf(settings)).settings).toEqual(settings);
  expect(settingsWords(settings)).toContain("release at archived, outbox up to 1");
  expect(settingsWords({})).toContain("as each agent has it");
});
