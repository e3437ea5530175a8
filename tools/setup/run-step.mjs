import { spawn } from "node:child_process";

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

/**
 * Runs a program quietly to its end. What it does is said (with its seconds) only where it takes a while.
 * @param {{ what: string, failure: string, command: string, args: string[], options?: object }} step
 */
export function runStep({ what, failure, command, args, options = {} }) {
  const startedMs = Date.now();
  const seconds = () => Math.round((Date.now() - startedMs) / 100) / 10;
  let output = "";
  let isSaid = false;
  const sayLater = setTimeout(() => {
    isSaid = true;
    say(`${what} …`);
  }, quietMs);
  const stillAtIt = setInterval(() => say(`  … still at it, ${Math.round(seconds())} s`), 15_000);
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    const finish = (settle) => {
      clearTimeout(sayLater);
      clearInterval(stillAtIt);
      process.off("SIGINT", end).off("SIGTERM", end);
      settle();
    };
    const end = () => child.kill("SIGTERM");
    process.on("SIGINT", end).on("SIGTERM", end);
    const collect = (chunk) => {
      output += chunk.toString("utf8");
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.once("error", (error) =>
      finish(() => reject(new SetupError(`${failure}: ${error.message}.`, output))),
    );
    child.once("close", (code) =>
      finish(() => {
        if (code === 0 && isSaid) say(`  done in ${seconds()} s`);
        if (code === 0) resolve(output);
        else reject(new SetupError(`${failure} (exit code ${code ?? "none, it was ended"}).`, output));
      }),
    );
  });
}
