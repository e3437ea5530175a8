import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { node24, quietEnvironment, root } from "./install-packages.mjs";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Has `callback` called when the npm that started us is gone: being killed, it could not tell us. */
function whenNpmIsGone(callback) {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const parent = process.ppid;
  return setInterval(() => {
    if (process.ppid !== parent) callback();
  }, 500).unref();
}

/**
 * Runs a program of ours on Node 24 in the caller's terminal, with `settings` in its environment; resolves to its exit code. Signals pass through. The
 * IPC channel tells it when we are gone.
 */
export function runOnNode24(args, settings = {}) {
  const env = { ...quietEnvironment(), ...settings };
  const child = spawn(node24, args, {
    cwd: root,
    env: { ...env, PATH: `${join(root, "node_modules/.bin")}${delimiter}${env.PATH}` },
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  const pass = (signal) => child.kill(signal);
  for (const signal of signals) process.on(signal, pass);
  const watch = whenNpmIsGone(() => child.connected && child.disconnect());
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      clearInterval(watch);
      for (const name of signals) process.off(name, pass);
      if (child.connected) child.disconnect();
      resolve(code ?? (signal === "SIGINT" ? 130 : 143));
    });
  });
}
