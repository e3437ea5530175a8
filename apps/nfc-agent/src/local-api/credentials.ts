import { randomBytes } from "node:crypto";
import { chmod, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { readSmallFile, replaceFile, systemCode } from "../durable-file.ts";

/** Where a running agent's API is; in `api.json` of the data folder, gone while none runs. */
const addressSchema = z.object({ url: z.url(), pid: z.int(), startedAtEpochMs: z.int() });

export type ApiAddress = z.infer<typeof addressSchema>;

const tokenBytes = 32;
const tokenPath = (dataDir: string) => join(dataDir, "api.token");
const addressPath = (dataDir: string) => join(dataDir, "api.json");

/** The token of the local API, made at the first start: a file that its owner alone may read. */
export async function openToken(dataDir: string): Promise<string> {
  const known = await readToken(dataDir);
  if (known !== null) {
    await chmod(tokenPath(dataDir), 0o600);
    return known;
  }
  const token = randomBytes(tokenBytes).toString("base64url");
  await replaceFile(tokenPath(dataDir), `${token}\n`);
  return token;
}

/** The token; null where there is none yet. */
export async function readToken(dataDir: string): Promise<string | null> {
  try {
    const token = (await readSmallFile(tokenPath(dataDir))).trim();
    return token === "" ? null : token;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return null;
    throw error;
  }
}

export async function announce(dataDir: string, address: ApiAddress): Promise<void> {
  await replaceFile(addressPath(dataDir), `${JSON.stringify(address)}\n`);
}

export async function withdraw(dataDir: string): Promise<void> {
  await rm(addressPath(dataDir), { force: true });
}

/** The address of the agent that runs, or ran last and was killed; null where none is known. */
export async function readAddress(dataDir: string): Promise<ApiAddress | null> {
  try {
    return addressSchema.parse(JSON.parse(await readSmallFile(addressPath(dataDir))));
  } catch (error) {
    if (systemCode(error) === "EACCES") throw error;
    return null;
  }
}
