import { messageOf, TaplineError } from "@tapline/core/kernel";
import { databaseTrouble } from "./database-trouble.ts";
import { redisTrouble } from "./redis-trouble.ts";

/** Says in one line why a command could not do its work, and in the next what to do; it ends with 1. */
export function tellError(thrown: unknown): void {
  const error = explained(thrown);
  const remedy = error instanceof TaplineError ? error.remedy : undefined;
  process.stderr.write(`tapline: ${messageOf(error)}\n${remedy === undefined ? "" : `${remedy}\n`}`);
  process.exitCode = 1;
}

/** Errors of the parts that commands stand on, in our words; others stay what they are. */
export function explained(error: unknown): unknown {
  if (error instanceof TaplineError || !(error instanceof Error)) return error;
  if ("code" in error && error.code === "ERR_MODULE_NOT_FOUND")
    return new TaplineError(
      "misconfigured",
      "this folder is not set up: programs that the command needs are missing",
      {
        remedy: "Run npm start once, or where it is not to run here npm install and npm run generate.",
        cause: error,
      },
    );
  return databaseTrouble(error) ?? redisTrouble(error) ?? error;
}
