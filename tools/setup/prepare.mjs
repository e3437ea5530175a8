import { join } from "node:path";
import { buildNative } from "./build-native.mjs";
import { installPackages, quietEnvironment, root } from "./install-packages.mjs";
import { runStep, SetupError, say } from "./run-step.mjs";

/**
 * Brings a clone to where its commands run: npm packages, Node 24, native bindings where they can be built, the
 * generated database client and, where `build` is asked for, the built console. Each step is skipped where its result stands.
 */
export async function prepare({ build }) {
  await installPackages();
  await buildNative();
  const tasks = build ? ["generate", "build"] : ["generate"];
  const env = quietEnvironment();
  await runStep({
    what: build ? "building the console and the database client" : "writing the database client",
    failure: "turbo could not build what is generated from the sources",
    command: join(root, "node_modules/.bin/turbo"),
    args: ["run", ...tasks, "--output-logs=errors-only", "--no-update-notifier", "--ui=stream"],
    options: { cwd: root, env: { ...env, PATH: `${join(root, "node_modules/.bin")}:${env.PATH}` } },
  });
}

/** Runs a command's main function; a failed set-up ends in one sentence and exit code 1. */
export async function runMain(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    if (error.output !== "") process.stderr.write(`${error.output}\n`);
    say(error.message);
    process.exitCode = 1;
  }
}
