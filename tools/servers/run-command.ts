import { type SpawnOptions, spawn } from "node:child_process";
import { TaplineError } from "@tapline/core/kernel";

/** The last lines of a program's output, for an error message. */
export function lastLines(output: string, count = 8): string {
  return output.trim().split("\n").slice(-count).join("\n");
}

/** Runs a program to its end and returns its output. Throws `unavailable` with the last lines where it fails. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: SpawnOptions & { timeoutMs?: number } = {},
): Promise<string> {
  const { timeoutMs = 300_000, ...spawnOptions } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...spawnOptions,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: timeoutMs,
    });
    let output = "";
    const collect = (chunk: Buffer) => {
      output += chunk.toString("utf8");
    };
    child.stdout?.on("data", collect);
    child.stderr?.on("data", collect);
    const fail = (reason: string) =>
      reject(new TaplineError("unavailable", `${command} ${reason}:\n${lastLines(output)}`));
    child.once("error", (error) => fail(`could not be started (${error.message})`));
    child.once("close", (code, signal) => {
      if (code === 0) resolve(output);
      else
        fail(
          code === null ? `was ended by ${signal} (limit ${timeoutMs} ms)` : `ended with exit code ${code}`,
        );
    });
  });
}
