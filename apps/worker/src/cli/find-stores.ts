import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { SftpSettings } from "@tapline/adapters/sftp";
import { TaplineError } from "@tapline/core/kernel";
import { z } from "zod";
import { storesSettings } from "../settings/stores.ts";
import { archiveSettings, storeSettings } from "./config.ts";
import { findDataDir } from "./find-data-dir.ts";
import { judgedSetting } from "./judged-setting.ts";

export interface Stores {
  readonly databaseUrl: string;
  /** undefined where no Redis is known. */
  readonly redisUrl: string | undefined;
}

/** What `npm start` writes while it runs (`tools/local-stack/kept-stores.ts`). */
const keptSchema = z.object({
  databaseUrl: z.string().optional(),
  redisUrl: z.string().optional(),
  archive: z.object({ url: z.string(), hostKeyPin: z.string(), keyFile: z.string() }).optional(),
});

/**
 * The stores of the installation: DATABASE_URL and REDIS_URL, else those of the `npm start` that runs on the nearest
 * data folder. @throws misconfigured
 */
export async function findStores(): Promise<Stores> {
  const { databaseUrl, redisUrl } = storeSettings();
  if (redisUrl !== undefined) judgedSetting(storesSettings.REDIS_URL, redisUrl, "REDIS_URL");
  if (databaseUrl !== undefined)
    return { databaseUrl: judgedSetting(storesSettings.DATABASE_URL, databaseUrl, "DATABASE_URL"), redisUrl };
  const dataDir = await findDataDir(archiveSettings().dataDir, process.cwd());
  const kept = dataDir === undefined ? {} : await readKept(dataDir);
  if (kept.databaseUrl !== undefined)
    return { databaseUrl: kept.databaseUrl, redisUrl: redisUrl ?? kept.redisUrl };
  const where =
    dataDir === undefined ? "" : `, and no npm start with a database of its own runs on ${dataDir}`;
  throw new TaplineError("misconfigured", `DATABASE_URL is not set${where}`, {
    remedy:
      "set it to the PostgreSQL of the installation (postgresql://user:password@host:port/database), or run this " +
      "where npm start runs",
  });
}

/** The server of the archive in the folder `dataDir`, as the `npm start` that runs there tells it; null where none does. */
export async function findArchiveServer(dataDir: string): Promise<SftpSettings | null> {
  const { archive } = await readKept(dataDir);
  if (archive === undefined) return null;
  const { url, hostKeyPin, keyFile } = archive;
  return { url, hostKeyPin, privateKey: await readFile(keyFile, "utf8") };
}

async function readKept(dataDir: string): Promise<z.infer<typeof keptSchema>> {
  try {
    return keptSchema.parse(JSON.parse(await readFile(join(dataDir, "stores.json"), "utf8")));
  } catch {
    return {};
  }
}
