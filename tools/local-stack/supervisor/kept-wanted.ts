import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { TaplineError } from "@tapline/core/kernel";
import { replaceDurably } from "../write-private-folder.ts";
import { type Wanted, wantedAtFirst, wantedSchema, withNewServices } from "./wanted.ts";

const fileIn = (root: string) => join(root, "workloads.json");

/** What was wanted when the stack ran last. Throws `corrupt` where the file cannot be read as what we wrote. */
export async function readWanted(root: string): Promise<Wanted> {
  const path = fileIn(root);
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (text === null) return wantedAtFirst;
  try {
    return withNewServices(wantedSchema.parse(JSON.parse(text)));
  } catch (cause) {
    throw new TaplineError("corrupt", `${path} does not say what is to run`, {
      remedy: "remove it: then one process of each service runs, of the installation's own program",
      cause,
    });
  }
}

/** Resolves once it is on disk: an act that was answered holds. */
export async function keepWanted(root: string, { workloads, ...rest }: Wanted): Promise<void> {
  const wanted = { ...rest, workloads: workloads.map(({ isApart, ...kept }) => kept) };
  await replaceDurably(fileIn(root), { content: `${JSON.stringify(wanted)}\n`, secret: true });
}
