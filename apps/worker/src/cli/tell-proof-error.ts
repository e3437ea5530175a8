import { notProvenText, ProofError } from "@tapline/core/audit";
import { proofExitCodes } from "./program/proof-exit-codes.ts";

/** Says why a proof proves nothing, and marks it in the exit code. @throws `error` where it is none of a proof */
export function tellProofError(error: unknown, isJson: boolean): void {
  if (!(error instanceof ProofError)) throw error;
  const { fault, message } = error;
  process.stdout.write(
    isJson ? `${JSON.stringify({ verdict: fault, detail: message })}\n` : notProvenText(error),
  );
  process.exitCode = proofExitCodes[fault];
}
