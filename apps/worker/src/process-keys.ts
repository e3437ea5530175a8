import { TaplineError } from "@tapline/core/kernel";
import type { Config } from "./config.ts";
import { need, readSetting } from "./read-setting.ts";

/** The 32 bytes of the process key. */
export async function readProcessKey(config: Config): Promise<Buffer> {
  return await readKey(
    need(config.TAPLINE_PROCESS_KEY, "TAPLINE_PROCESS_KEY", "transfer"),
    "TAPLINE_PROCESS_KEY",
  );
}

/** The present process key and, where there is one, the one before it; null where this process has none. */
export async function readProcessKeys(
  config: Partial<Pick<Config, "TAPLINE_PROCESS_KEY" | "TAPLINE_PROCESS_KEY_PREVIOUS">>,
): Promise<[Buffer, ...Buffer[]] | null> {
  const { TAPLINE_PROCESS_KEY: present, TAPLINE_PROCESS_KEY_PREVIOUS: previous } = config;
  if (present === undefined) return null;
  const key = await readKey(present, "TAPLINE_PROCESS_KEY");
  return previous === undefined ? [key] : [key, await readKey(previous, "TAPLINE_PROCESS_KEY_PREVIOUS")];
}

async function readKey(path: string, setting: string): Promise<Buffer> {
  const text = (await readSetting(path, setting)).trim();
  if (!/^[0-9a-f]{64}$/.test(text))
    throw new TaplineError("misconfigured", `${setting} (${path}) does not hold a key`, {
      remedy: "it must hold 32 bytes in lower-case hexadecimal, such as `openssl rand -hex 32` prints",
    });
  return Buffer.from(text, "hex");
}
