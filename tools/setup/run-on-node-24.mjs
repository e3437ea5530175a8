import { spawn } from "node:child_process";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import { onSignal, stopIfAsked } from "./interruption.mjs";
import { node24, quietEnvironment, root } from "./paths.mjs";

/**
 * Runs a program of ours on Node 24 in the caller's terminal, with `settings` in its environment; resolves to its exit code.
 * Signals pass through, and the program ends as it sees fit. The IPC channel tells it when we are gone.
 */
export function runOnNode24(args, settings = {}) {
  stopIfAsked();
  const env = { ...quietEnvironment(), ...settings };
  const child = spawn(node24, args, {
    cwd: root,
    env: { ...env, PATH: `${join(root, "node_modules/.bin")}${delimiter}${env.PATH}` },
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  const off = onSignal((signal) => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      off();
      if (child.connected) child.disconnect();
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}
