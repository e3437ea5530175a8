import type { Ceilings } from "@tapline/adapters/redis";
import type { Logger } from "pino";
import { type Role, repeat } from "./role.ts";

export type DeclareCeilingParts = {
  readonly ceilings: Pick<Ceilings, "declare">;
  readonly instance: string;
  readonly maxBytes: number;
  /** How long what was said holds, ms. */
  readonly holdsMs: number;
  readonly log: Pick<Logger, "warn">;
};

/** Says in Redis which ceiling of the buffer this door keeps to, so that whoever looks need not guess from settings. */
export function declareCeiling({ ceilings, instance, maxBytes, holdsMs, log }: DeclareCeilingParts): Role {
  const declaring = repeat(
    async () => {
      await ceilings.declare({ process: instance, maxBytes });
      return holdsMs / 3;
    },
    (error) => log.warn({ err: error }, "the buffer's ceiling could not be said in Redis"),
  );
  return { stop: () => declaring.stop() };
}
