import { writeFile } from "node:fs/promises";
import { testOutcomeFile } from "./config.mjs";

const firstLine = (error) => error?.message?.split("\n")[0] ?? "an error that is not known";

/**
 * A reporter of vitest that writes what came of each file to `testOutcomeFile()`, as JSON: `files`, each with its `file` (absolute),
 * `name`, `project`, how many tests `passed`, and each that `failed` with what it failed `of`; and `strayed`, the errors of the run that
 * belong to no file.
 */
export default class ReportOutcome {
  async onTestRunEnd(modules, unhandledErrors) {
    const files = modules.map((module) => fileOf(module, unhandledErrors));
    const known = new Set(files.map(({ file }) => file));
    const strayed = unhandledErrors.filter(({ VITEST_TEST_PATH: file }) => !known.has(file)).map(firstLine);
    await writeFile(testOutcomeFile(), JSON.stringify({ files, strayed }));
  }
}

function fileOf(module, unhandledErrors) {
  const tests = [...module.children.allTests()];
  const failed = tests
    .filter((test) => test.result().state === "failed")
    .map((test) => ({ test: test.fullName, of: firstLine(test.result().errors?.[0]) }));
  const unhandled = unhandledErrors.filter(({ VITEST_TEST_PATH: file }) => file === module.moduleId);
  // What fails outside of tests: as it is loaded, or in a hook.
  const outside = [...module.errors(), ...suiteErrors(module), ...unhandled];
  if (outside.length > 0) failed.push({ test: "outside of its tests", of: firstLine(outside[0]) });
  else if (failed.length === 0 && module.state() === "failed")
    failed.push({ test: "the whole file", of: "an error that is not known" });
  return {
    ...{ file: module.moduleId, name: module.relativeModuleId, project: module.project.name, failed },
    passed: tests.filter((test) => test.result().state === "passed").length,
  };
}

const suiteErrors = (module) => [...module.children.allSuites()].flatMap((suite) => suite.errors());
