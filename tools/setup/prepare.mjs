import { join } from "node:path";
import { buildNative } from "./build-native.mjs";
import { installPackages } from "./install-packages.mjs";
import { Interrupted, watchSignals } from "./interruption.mjs";
import { quietEnvironment, root } from "./paths.mjs";
import { beginStep, runStep, SetupError, say } from "./run-step.mjs";
import { withSetupLock } from "./setup-lock.mjs";

const steps = 3;

async function generateAndBuild(build) {
  const tasks = build ? ["generate", "build"] : ["generate"];
  const env = quietEnvironment();
  await runStep({
    what: build ? "console and database client, usually 1 to 3 minutes" : "database client, usually seconds",
    failure: "turbo could not build what is generated from the sources",
    command: join(root, "node_modules/.bin/turbo"),
    args: ["run", ...tasks, "--output-logs=errors-only", "--no-update-notifier", "--ui=stream"],
    options: { cwd: root, env: { ...env, PATH: `${join(root, "node_modules/.bin")}:${env.PATH}` } },
  });
}

/**
 * Brings a clone to where its commands run: npm packages, Node 24, native bindings where they can be built, the
 * generated database client and, where `build` is asked for, the built console. Each step is skipped where its result
 * stands, and done again where it was broken off.
 */
export async function prepare({ build }) {
  await withSetupLock(async () => {
    beginStep(1, steps);
    await installPackages();
    beginStep(2, steps);
    await buildNative();
    beginStep(3, steps);
    await generateAndBuild(build);
  });
}

/** Runs a command's main function; a set-up that failed or was broken off ends in one sentence. */
export async function runMain(main) {
  watchSignals();
  try {
    process.exitCode = await main();
  } catch (error) {
    if (error instanceof Interrupted) {
      say(`${error.message}; the next start does again what was not finished`);
      process.exitCode = error.exitCode;
      return;
    }
    if (!(error instanceof SetupError)) throw error;
    if (error.output !== "") process.stderr.write(`${error.output}\n`);
    say(error.message);
    process.exitCode = 1;
  }
}
