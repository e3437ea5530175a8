import type { SignatureVerdict } from "./signed-note.ts";

/** Which witnesses have cosigned a checkpoint, and when: a line each, for people. */
export function seenLines(signatures: readonly SignatureVerdict[]): string[] {
  return signatures.flatMap(({ key, atEpochS }) =>
    atEpochS === null
      ? []
      : [`  seen by the witness ${key.name} at ${new Date(atEpochS * 1000).toISOString()}`],
  );
}
