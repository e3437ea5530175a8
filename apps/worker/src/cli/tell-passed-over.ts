import { hasCode, messageOf } from "@tapline/core/kernel";

/** Says on stderr which archives could not give what another gave; of one that does not answer, once. */
export function tellPassedOver(): (target: string, error: unknown) => void {
  const silent = new Set<string>();
  return (target, error) => {
    if (hasCode(error, "not-found") || silent.has(target)) return;
    if (hasCode(error, "unavailable")) silent.add(target);
    process.stderr.write(`archive ${target} was passed over: ${messageOf(error)}\n`);
  };
}
