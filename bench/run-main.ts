import { messageOf } from "@tapline/core/kernel";

/** Runs a program of this folder to its exit code; a flag that nobody knows, `--help` too, is answered with `usage`. */
export async function runMain(name: string, usage: string, main: () => Promise<number>): Promise<never> {
  try {
    process.exit(await main());
  } catch (error) {
    if (error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS_")) {
      process.stderr.write(`${usage}\n`);
      process.exit(2);
    }
    process.stderr.write(
      `${name}: ${messageOf(error)}\n${error instanceof Error ? (error.stack ?? "") : ""}\n`,
    );
    // Servers that a failed run left behind end with this process.
    process.exit(1);
  }
}
