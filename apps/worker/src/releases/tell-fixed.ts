import type { ReleaseDesk } from "@tapline/adapters/prisma";
import type { Actuator } from "@tapline/core/noops";

/**
 * Writes down which services cannot go from one release to another here, so that people are told before they begin a shift.
 * @returns does so where that is another thing than it wrote last
 */
export function fixedTeller(parts: {
  readonly desk: Pick<ReleaseDesk, "noteFixed">;
  readonly actuator: Pick<Actuator, "look">;
}): (signal: AbortSignal) => Promise<void> {
  let told = "";
  return async (signal) => {
    const { fixed = {} } = await parts.actuator.look(signal);
    const now = JSON.stringify(fixed);
    if (now === told) return;
    await parts.desk.noteFixed(fixed);
    told = now;
  };
}
