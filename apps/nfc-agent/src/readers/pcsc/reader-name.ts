import { printableLine } from "@tapline/core/kernel";

/** Most characters of a reader's name that the door takes. */
const maxCharacters = 128;

/**
 * The name under which a reader is known here. A part of it comes from the device, which may say anything; a tap whose
 * reader has a name that the door does not take (`submittedTapSchema`) would be refused for good.
 */
export function readerName(given: string): string {
  const shown = Array.from(printableLine(given)).slice(0, maxCharacters).join("");
  return shown === "" ? "a reader without a name" : shown;
}
