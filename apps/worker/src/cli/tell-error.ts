import { messageOf, TaplineError } from "@tapline/core/kernel";

/** Says why a command could not do its work, and what to do next; it ends with 1. */
export function tellError(error: unknown): void {
  const remedy = error instanceof TaplineError ? error.remedy : undefined;
  process.stderr.write(`tapline: ${messageOf(error)}\n${remedy === undefined ? "" : `${remedy}\n`}`);
  process.exitCode = 1;
}
