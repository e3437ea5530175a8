import { actRefused } from "@tapline/core/noops";

/** @throws TaplineError (`conflict`) where what was looked at is not what stands there now */
export function refuseOld(seen: string | undefined, present: string): void {
  if (seen !== undefined && seen !== present)
    throw actRefused("conflict", `it has changed since it was looked at (${seen}, now ${present})`, {
      remedy: "look again, decide again",
    });
}
