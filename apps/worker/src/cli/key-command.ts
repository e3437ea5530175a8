import type { KeyDesk } from "@tapline/adapters/keys";
import type { KeyChange, RingKey } from "@tapline/core/encryption";
import { TaplineError } from "@tapline/core/kernel";
import { openKeys } from "../wire/commands/keys.ts";
import { type ActingOptions, actOf } from "./acting.ts";
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

/** Options of commands that change the ring. */
export type KeyActingOptions = ActingOptions & {
  /** Go past the rule of two persons; the audit entry says so. */
  readonly alone?: boolean;
};

/** Makes a change of the ring, or says what it would do; both in the desk's words. */
export async function makeChange(
  desk: KeyDesk,
  change: KeyChange,
  options: KeyActingOptions,
): Promise<"made" | "only told"> {
  const { dryRun, ...act } = actOf(options);
  const { stand, effect, certificate, needsApproval } = await desk.preview(change);
  const twoPersons = options.alone === true ? "pass" : "refuse";
  if (!dryRun) await desk.change(change, act, { stand, twoPersons });
  say(`${dryRun ? "would change " : ""}${effect.what}`);
  for (const line of [...effect.lines, ...(certificate?.notes ?? [])]) say(line);
  if (dryRun && effect.refusal !== null) say(`It would be refused: ${effect.refusal}`);
  if (dryRun && needsApproval && twoPersons === "refuse")
    say("It would be refused: two persons have to want it, and the console asks the second one.");
  return dryRun ? "only told" : "made";
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

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
