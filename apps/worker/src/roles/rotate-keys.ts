import type { Turns } from "@tapline/adapters/prisma";
import type { Logger } from "pino";
import { type RotateParts, rotateWhereDue } from "../keys/rotate-where-due.ts";
import { type Role, repeat } from "./role.ts";

export type RotateKeysParts = RotateParts & {
  readonly turns: Pick<Turns, "take">;
  readonly folder: string;
  readonly afterDays: number;
  readonly clock: () => number;
  readonly log: Pick<Logger, "info" | "error">;
};

const lookEveryMs = 3_600_000;

/** Rotates the archive's key on a schedule. Any number may run; one at a time looks. */
export function rotateKeys(parts: RotateKeysParts): Role {
  const { turns, folder, afterDays, clock, log } = parts;
  const rotating = repeat(
    async () => {
      if (!(await turns.take("key-rotation", lookEveryMs / 2))) return lookEveryMs;
      // The schedule is a setting of the server's: whoever set it wanted each of its rotations.
      const wish = { folder, afterDays, nowEpochMs: clock(), twoPersons: "pass" } as const;
      const rotated = await rotateWhereDue(wish, parts);
      if (rotated !== null)
        log.info(
          { keyFile: rotated.issued.keyFile, subject: rotated.successor.subject },
          "the archive's key was rotated: keep the new private key as safe as the old one",
        );
      return lookEveryMs;
    },
    (error) => log.error({ err: error }, "the archive's key could not be rotated: see `tapline key check`"),
    lookEveryMs,
  );
  return { stop: () => rotating.stop() };
}
