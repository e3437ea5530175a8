import { readFile } from "node:fs/promises";
import { messageOf, TaplineError } from "@tapline/core/kernel";

/** The value of a setting that a role needs. @throws TaplineError `misconfigured` naming the setting */
export function need<Value>(value: Value | undefined, setting: string, role: string): Value {
  if (value === undefined)
    throw new TaplineError("misconfigured", `the role ${role} needs the setting ${setting}`, {
      remedy: `set ${setting}, or leave ${role} out of ROLE`,
    });
  return value;
}

/** Reads a file that a setting names. @throws TaplineError `misconfigured` naming setting and path */
export async function readSetting(path: string, setting: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new TaplineError("misconfigured", `${setting} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
