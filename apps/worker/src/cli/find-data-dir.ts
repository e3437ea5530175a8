import { access } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

/**
 * The private folder of an installation: `named` where given, else the nearest `.tapline` from `cwd` upwards.
 * `undefined` where there is none.
 */
export async function findDataDir(named: string | undefined, cwd: string): Promise<string | undefined> {
  if (named !== undefined) return resolve(cwd, named);
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const candidate = join(folder, ".tapline");
    const found = await access(join(candidate, "pki")).then(
      () => true,
      () => false,
    );
    if (found) return candidate;
    if (folder === dirname(folder)) return undefined;
  }
}
