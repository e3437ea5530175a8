import "./require-node.mjs";
import { buildNative } from "./build-native.mjs";
import { testRetries } from "./config.mjs";
import { stopIfAsked } from "./interruption.mjs";
import { prepare, runMain } from "./prepare.mjs";
import { runOnNode24 } from "./run-on-node-24.mjs";
import { runTests } from "./run-tests.mjs";
import { withSetupLock } from "./setup-lock.mjs";

await runMain(async () => {
  await prepare({ build: true });
  // The tests with a real pcscd want its headers, which may only now be there, and a compiler with them.
  await runOnNode24(["tools/test-servers/pcscd/provision-pcsc.ts"]);
  await withSetupLock(() => buildNative({ again: true }));
  const checkFailed = (await runOnNode24(["tools/check/main.ts"])) === 0 ? 0 : 1;
  stopIfAsked();
  const { passed, failed } = await runTests({
    args: process.argv.slice(2),
    retries: testRetries(),
  });
  if (checkFailed > 0)
    process.stdout.write("npm run check failed, see above: it counts as one failed test\n");
  process.stdout.write(`${passed} passed, ${failed + checkFailed} failed\n`);
  return failed + checkFailed === 0 ? 0 : 1;
});
