import { spawn } from "node:child_process";
import { endRun, markOfRun } from "./end-run.mjs";
import { onSignal, stopIfAsked } from "./interruption.mjs";

/** How long a step may take before it is worth a line. */
const quietMs = 1_500;

/** A set-up step that failed: the message is one sentence for people, `output` what the failing program said. */
export class SetupError extends Error {
  constructor(message, output = "") {
    super(message);
    const lines = output.trim().split("\n");
    const isLong = lines.length > 20;
    // npm names the cause first and ends in help, most others end with the cause: both ends are kept.
    this.output = (isLong ? [...lines.slice(0, 8), "…", ...lines.slice(-12)] : lines).join("\n");
  }
}

export function say(line) {
  process.stderr.write(`[setup] ${line}\n`);
}

let numbered = "";

/** Names the step that the programs run from here on belong to: "step 1 of 3: npm packages, usually a minute". */
export function beginStep(number, of) {
  numbered = `step ${number} of ${of}: `;
}

/** Says what is done, with its seconds, only where it takes a while; returns what ends that. */
function tell(what) {
  const startedMs = Date.now();
  const seconds = () => Math.round((Date.now() - startedMs) / 100) / 10;
  let isSaid = false;
  const sayLater = setTimeout(() => {
    isSaid = true;
    say(`${numbered}${what} …`);
  }, quietMs);
  const stillAtIt = setInterval(() => say(`  … still at it, ${Math.round(seconds())} s`), 15_000);
  return (isDone) => {
    clearTimeout(sayLater);
    clearInterval(stillAtIt);
    if (isDone && isSaid) say(`  done in ${seconds()} s`);
  };
}

/** Starts the program in a process group of its own: Ctrl-C reaches us alone, and we end all that it has started. */
function launch({ command, args, options = {} }) {
  const env = { ...(options.env ?? process.env), ...markOfRun(process.pid) };
  return spawn(command, args, { ...options, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
}

function outcome(child) {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ error }));
    child.once("close", (code) => resolve({ code }));
  });
}

/** Ends the program and all that it has started; where they cannot be told by their mark, its process group. */
async function endStep(child) {
  await endRun(process.pid);
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // Nothing is left of it.
  }
}

/**
 * Runs a program quietly to its end. A signal ends it, with all that it has started, and throws `Interrupted`.
 * @param {{ what: string, failure: string, command: string, args: string[], options?: object }} step
 */
export async function runStep({ what, failure, ...program }) {
  stopIfAsked();
  const end = tell(what);
  let output = "";
  let ending;
  const child = launch(program);
  const off = onSignal(() => {
    ending ??= endStep(child);
  });
  const collect = (chunk) => {
    output += chunk.toString("utf8");
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  const { code, error } = await outcome(child);
  await ending;
  off();
  end(code === 0 && ending === undefined);
  stopIfAsked();
  if (error !== undefined) throw new SetupError(`${failure}: ${error.message}.`, output);
  if (code !== 0) throw new SetupError(`${failure} (exit code ${code ?? "none, it was ended"}).`, output);
  return output;
}
