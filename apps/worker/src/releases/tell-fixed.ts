import { isDeepStrictEqual } from "node:util";
import type { ReleaseDesk } from "@tapline/adapters/prisma";
import { hasCode } from "@tapline/core/kernel";
import type { Actuator } from "@tapline/core/noops";

/**
 * Writes down which services cannot go from one release to another here, so that people are told before they begin a shift.
 * @returns does so where another thing stands there, which another process may have written that led releases meanwhile
 */
export function fixedTeller(parts: {
  readonly desk: Pick<ReleaseDesk, "fixed" | "noteFixed">;
  readonly actuator: Pick<Actuator, "look">;
}): (signal: AbortSignal) => Promise<void> {
  return async (signal) => {
    const { fixed = {} } = await parts.actuator.look(signal);
    const stands = await parts.desk.fixed().catch((error: unknown) => {
      // What does not read is written over.
      if (hasCode(error, "corrupt")) return null;
      throw error;
    });
    if (!isDeepStrictEqual(fixed, stands)) await parts.desk.noteFixed(fixed);
  };
}
