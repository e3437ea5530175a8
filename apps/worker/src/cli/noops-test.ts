import { dirname, resolve } from "node:path";
import { TaplineError } from "@tapline/core/kernel";
import {
  defaultNoopsRules,
  type NoopsRules,
  type NoopsTestResult,
  type NoopsTests,
  noopsTestsSchema,
  parseNoopsRules,
  runNoopsTest,
} from "@tapline/core/noops";
import { type Report, tell } from "./alerts-lint.ts";
import { readYaml } from "./read-yaml.ts";

type Options = { readonly json?: boolean };

/** Plays the series of the files to their rules. */
export async function test(files: readonly string[], options: Options): Promise<void> {
  tell(await testReport(files, options));
}

export async function testReport(files: readonly string[], { json }: Options): Promise<Report> {
  const results: (NoopsTestResult & { readonly file: string })[] = [];
  for (const file of files) {
    const tests = await readTests(file);
    const rules = await rulesOf(tests, file);
    results.push(...tests.tests.map((one) => ({ file, ...runNoopsTest(rules, one) })));
  }
  const failed = results.filter(({ unexpected, missing }) => unexpected.length + missing.length > 0);
  const lines = failed.flatMap(({ file, name, unexpected, missing }) => [
    `${file}: ${name}`,
    ...missing.map((line) => `  expected: ${line}`),
    ...unexpected.map((line) => `  not expected: ${line}`),
  ]);
  const summary = `${results.length - failed.length} of ${results.length} series as expected`;
  const text = json === true ? JSON.stringify(results) : [...lines, summary].join("\n");
  return { isSound: failed.length === 0, text };
}

async function readTests(file: string): Promise<NoopsTests> {
  const parsed = noopsTestsSchema.safeParse(await readYaml(file));
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(
    ({ path, message }) => `${path.join(".") || "the document"}: ${message}`,
  );
  throw new TaplineError("invalid-input", `${file} holds no tests of NoOps rules: ${faults.join("; ")}`, {
    remedy: "docs/noops.md shows the form",
    cause: parsed.error,
  });
}

/** The rules that a file of tests names. */
async function rulesOf({ rules }: NoopsTests, file: string): Promise<NoopsRules> {
  return rules === "shipped"
    ? defaultNoopsRules
    : parseNoopsRules(await readYaml(resolve(dirname(file), rules)));
}
