import type { RuleFault } from "@tapline/core/alerts";
import { printableLine } from "@tapline/core/kernel";

/** What is said where rules name what nothing goes by yet: no error, since it may come later. */
export function warningsOf(unknown: readonly RuleFault[]): string[] {
  return unknown.map(({ place, fault }) =>
    printableLine(`warning: ${place}: ${fault}; until it comes this does nothing`),
  );
}
