import { join } from "node:path";
import { expect, test } from "vitest";
import { documentedIn, findUndocumentedSettings, settingsIn } from "./find-undocumented-settings.ts";

test("every setting that is read stands in a table of the documentation, and every one there is read", async () => {
  expect(await findUndocumentedSettings(join(import.meta.dirname, "../.."))).toEqual([]);
});

test("code's comments name no settings, and tables only those of their first column", () => {
  const code = `const { TAPLINE_A, TAPLINE_B_1 } = env; // TAPLINE_C
  /** Other than TAPLINE_D, a name under TAPLINE_E_ */ read("TAPLINE_F");`;
  expect(settingsIn(code)).toEqual(["TAPLINE_A", "TAPLINE_B_1", "TAPLINE_F"]);
  const page = "| setting | why |\n|---|---|\n| `TAPLINE_A`, `b` | not `TAPLINE_B` |\nand `TAPLINE_C`.";
  expect(documentedIn(page)).toEqual(["TAPLINE_A", "b"]);
});
