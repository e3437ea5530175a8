import { alertTestsSchema, defaultAlertRules, parseAlertRules, runAlertTest } from "@tapline/core/alerts";
import { type Report, tell } from "./alerts-lint.ts";
import { playFiles, readBeside, readTests } from "./recorded-tests.ts";

type Options = { readonly json?: boolean };

/** Plays the series of the files to their rules. */
export async function test(files: readonly string[], options: Options): Promise<void> {
  tell(await testReport(files, options));
}

export async function testReport(files: readonly string[], options: Options): Promise<Report> {
  return await playFiles(files, options, async (file) => {
    const of = { rules: "alert rules", page: "docs/alerts.md" };
    const { tests, rules: named } = await readTests(file, alertTestsSchema, of);
    const { rules } =
      named === "shipped" ? defaultAlertRules : parseAlertRules(await readBeside(file, named));
    return tests.map((one) => runAlertTest(rules, one));
  });
}
