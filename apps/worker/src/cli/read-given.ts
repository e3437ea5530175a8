import { readFile } from "node:fs/promises";
import { messageOf, TaplineError } from "@tapline/core/kernel";

/** The bytes of a file that was named on the command line. @throws TaplineError `invalid-input` naming it */
export async function readGiven(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new TaplineError("invalid-input", `${file} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

/** The same as text. @throws as `readGiven` */
export async function readGivenText(file: string): Promise<string> {
  return (await readGiven(file)).toString("utf8");
}
