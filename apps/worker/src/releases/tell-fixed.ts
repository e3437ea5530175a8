import { isDeepStrictEqual } from "node:util";
import type { ReleaseDesk } from "@tapline/adapters/prisma";
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
    if (!isDeepStrictEqual(fixed, await parts.desk.fixed())) await parts.desk.noteFixed(fixed);
  };
}
