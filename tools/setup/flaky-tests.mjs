/**
 * Tells at a run's end of each test that passed only when it was tried again, with what it failed of: it counts as passed, and is a
 * fault to be mended all the same. Tests are tried again only where `TAPLINE_TEST_RETRIES` asks for it.
 */
export default class FlakyTests {
  #told = [];

  onTestCaseResult(test) {
    if (test.diagnostic()?.flaky !== true) return;
    const [first] = test.result().errors ?? [];
    const of = first?.message?.split("\n")[0] ?? "an error that is not known";
    this.#told.push(`flaky: ${test.module.relativeModuleId} > ${test.fullName}: first failed of: ${of}\n`);
  }

  onTestRunEnd() {
    for (const line of this.#told) process.stdout.write(line);
  }
}
