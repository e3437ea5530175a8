import { messageOf, TaplineError } from "@tapline/core/kernel";
import { parse } from "yaml";
import { readGivenText } from "./read-given.ts";

/** The plain values of a YAML file, of which JSON is a part. @throws TaplineError `invalid-input` naming file and line */
export async function readYaml(file: string): Promise<unknown> {
  const text = await readGivenText(file);
  try {
    return parse(text, { prettyErrors: true });
  } catch (cause) {
    throw new TaplineError("invalid-input", `${file} is no YAML: ${messageOf(cause)}`, { cause });
  }
}
