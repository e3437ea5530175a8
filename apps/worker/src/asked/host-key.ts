import type { Act, AskedOutcome } from "@tapline/adapters/prisma";
import { TaplineError } from "@tapline/core/kernel";
import { repinned } from "@tapline/core/transfer";
import { z } from "zod";
import type { BelievedKeys } from "../care/believed-keys.ts";
import type { Repin } from "../wire/commands/repin.ts";

export type HostKeyParts = {
  readonly believed: (target: string) => Promise<BelievedKeys>;
  /** The host key that a server shows now. */
  readonly offered: (url: string) => Promise<string>;
  readonly record: (repin: Repin, act: Act) => Promise<void>;
};

const lookSchema = z.strictObject({ target: z.string() });
const repinSchema = z.strictObject({ target: z.string(), offered: z.string() });

/** Which host keys of an archive are believed, and which one its server shows now. Nobody signs in for that. */
export async function lookAtHostKey(
  wish: unknown,
  { believed, offered }: HostKeyParts,
): Promise<AskedOutcome> {
  const { target } = lookSchema.parse(wish);
  const { url, known } = await believed(target);
  const shown = await offered(url);
  return {
    says: known.includes(shown)
      ? "The server shows a key that is believed."
      : "The server shows a key that is not believed.",
    facts: { offered: shown },
    list: [...known],
  };
}

/**
 * Believes the host key that a server shows, beside the newest of those before. It must be the one that the person saw.
 * @throws TaplineError `conflict` where the server shows another one by now
 */
export async function repinHostKey(wish: unknown, act: Act, parts: HostKeyParts): Promise<AskedOutcome> {
  const { target, offered } = repinSchema.parse(wish);
  const { url, known, keep } = await parts.believed(target);
  const shown = await parts.offered(url);
  if (shown !== offered)
    throw new TaplineError("conflict", `the server shows ${shown} now, not the key that was looked at`, {
      remedy: "Nothing was changed. Ask the server's administrator why its key changes.",
    });
  const pins = repinned(known, shown, true);
  if (pins.join() === known.join())
    return {
      says: "Nothing was to be changed: it is believed already.",
      facts: { offered },
      list: [...pins],
    };
  // The entry first: a pin without one would have nobody to answer for it.
  await parts.record({ target, known, pins }, act);
  return {
    says: `It is believed from now on: ${(await keep(pins)).trim()}.`,
    facts: { offered },
    list: pins,
  };
}
