import { dirname, resolve } from "node:path";
import { TaplineError } from "@tapline/core/kernel";
import type { ZodType } from "zod";
import type { Report } from "./alerts-lint.ts";
import { readYaml } from "./read-yaml.ts";

/** What came of one series: what was not expected, and what was and did not come. */
type Played = {
  readonly name: string;
  readonly unexpected: readonly string[];
  readonly missing: readonly string[];
};

/** Plays the series of files, one file after the other, and says which came out otherwise. */
export async function playFiles<Result extends Played>(
  files: readonly string[],
  { json }: { readonly json?: boolean },
  play: (file: string) => Promise<readonly Result[]>,
): Promise<Report> {
  const results: (Result & { readonly file: string })[] = [];
  for (const file of files) results.push(...(await play(file)).map((one) => ({ file, ...one })));
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

/** @param of what they are tests of, and the page that shows their form @throws TaplineError `invalid-input` naming what is wrong */
export async function readTests<Tests>(
  file: string,
  schema: ZodType<Tests>,
  of: { readonly rules: string; readonly page: string },
): Promise<Tests> {
  const parsed = schema.safeParse(await readYaml(file));
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(
    ({ path, message }) => `${path.join(".") || "the document"}: ${message}`,
  );
  throw new TaplineError("invalid-input", `${file} holds no tests of ${of.rules}: ${faults.join("; ")}`, {
    remedy: `${of.page} shows the form`,
    cause: parsed.error,
  });
}

/** The file of rules beside a file of tests that names it, as plain values. */
export async function readBeside(file: string, rules: string): Promise<unknown> {
  return await readYaml(resolve(dirname(file), rules));
}
