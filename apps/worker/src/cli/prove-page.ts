import { writeFile } from "node:fs/promises";
import { sha256Hex } from "@tapline/core/kernel";
import { buildPage } from "../proof-page/build-page.ts";

/** `tapline prove page`: the page that verifies proofs in a browser, as one file. */
export async function writePage({ out }: { readonly out: string }): Promise<void> {
  const page = Buffer.from(await buildPage());
  await writeFile(out, page, { flag: "wx" });
  process.stdout.write(`${out}, SHA-256 ${sha256Hex(page)}\n`);
}
