import type { ProofFault } from "@tapline/core/audit";

/** How the command ends for each way in which a proof can fail; 0 = proven, 1 = it could not be checked. */
export const proofExitCodes: Readonly<Record<ProofFault, number>> = {
  forged: 2,
  malformed: 3,
  "newer-format": 4,
  "another-log": 5,
  "unknown-key": 6,
  untrusted: 7,
  revoked: 8,
  expired: 9,
};
