import type { RingKey } from "@tapline/core/encryption";
import { TaplineError } from "@tapline/core/kernel";
import { openKeys } from "../wire/commands/keys.ts";
import { findStores } from "./find-stores.ts";

export async function withKeys<Result>(
  use: (keys: Omit<ReturnType<typeof openKeys>, "close">) => Promise<Result>,
): Promise<Result> {
  const { close, ...keys } = openKeys((await findStores()).databaseUrl);
  try {
    return await use(keys);
  } finally {
    await close();
  }
}

/**
 * The key of the ring that somebody means: by the beginning of its certificate's SHA-256, or of its key id.
 * @throws TaplineError `not-found`, `invalid-input` where several fit
 */
export function keyNamed(ring: readonly RingKey[], name: string): RingKey {
  const found = ring.filter(
    ({ certSha256, ski }) => name.length >= 4 && (certSha256.startsWith(name) || ski.startsWith(name)),
  );
  const [key] = found;
  if (key === undefined)
    throw new TaplineError("not-found", `no key of the ring begins with "${name}"`, {
      remedy: "Give at least four digits of an id that `tapline key ls` shows.",
    });
  if (found.length > 1)
    throw new TaplineError("invalid-input", `${found.length} keys begin with "${name}"`, {
      remedy: "Give more digits.",
    });
  return key;
}

export const shortId = (certSha256: string): string => certSha256.slice(0, 12);
