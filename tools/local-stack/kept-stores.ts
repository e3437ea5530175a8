import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** URLs, with their passwords, of the stores that `npm start` itself runs; undefined where somebody else runs one. */
export type OwnStores = Readonly<{
  databaseUrl: string | undefined;
  redisUrl: string | undefined;
  /** The embedded archive's server, and with which key it is asked. */
  archive: Readonly<{ url: string; hostKeyPin: string; keyFile: string }>;
}>;

const fileIn = (root: string) => join(root, "stores.json");

/** Tells the command `tapline` where the stores of the data folder `root` answer, until `forgetStores`. */
export async function keepStores(root: string, stores: OwnStores): Promise<void> {
  const path = fileIn(root);
  await writeFile(`${path}.new`, JSON.stringify(stores), { mode: 0o600 });
  await rename(`${path}.new`, path);
}

export async function forgetStores(root: string): Promise<void> {
  await rm(fileIn(root), { force: true });
}
