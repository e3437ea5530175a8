import { hasCode } from "../kernel/index.ts";

/**
 * The first answer that is none of a fault; where there is none, the most telling fault: not `not-found`, if any.
 * @param onPassedOver told of each target that could not answer, where a later one did
 */
export async function firstOf<Target, T>(
  targets: readonly Target[],
  ask: (target: Target) => Promise<T>,
  onPassedOver: (target: Target, error: unknown) => void = () => undefined,
): Promise<T> {
  const faults: (readonly [Target, unknown])[] = [];
  for (const target of targets)
    try {
      const answer = await ask(target);
      for (const [passed, error] of faults) onPassedOver(passed, error);
      return answer;
    } catch (error) {
      if (hasCode(error, "invalid-input")) throw error;
      faults.push([target, error]);
    }
  const errors = faults.map(([, error]) => error);
  throw errors.find((error) => !hasCode(error, "not-found")) ?? errors[0];
}
