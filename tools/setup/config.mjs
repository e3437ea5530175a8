/** How often files with real servers of which a test failed are run again: `TAPLINE_TEST_RETRIES`, 0 by default. */
export function testRetries(env = process.env) {
  return Number(env.TAPLINE_TEST_RETRIES ?? 0);
}

/** The file to which vitest's reporter writes what came of each file: `TAPLINE_TEST_OUTCOME`. */
export function testOutcomeFile(env = process.env) {
  return env.TAPLINE_TEST_OUTCOME;
}
