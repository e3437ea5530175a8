import { TaplineError } from "@tapline/core/kernel";

type Token = { readonly agentId: string; readonly ring: number | null; usedAt: Date | null; expiresAt: Date };

/**
 * Whoever knows a token's secret was given it, so each refusal may say why: the admin who waits at the machine has to
 * know, and a secret of 256 bits is not guessed by asking.
 * @throws TaplineError `unauthenticated`, facts.problem naming why
 */
export function checkToken<Row extends Token>(token: Row | null, nowEpochMs: number): Row {
  if (token === null) throw refused("token-unknown", "the token is not known here");
  if (token.usedAt !== null)
    throw refused("token-used", `the token was used on ${token.usedAt.toISOString()}`);
  if (token.expiresAt.getTime() <= nowEpochMs)
    throw refused("token-expired", `the token ended on ${token.expiresAt.toISOString()}`);
  return token;
}

function refused(problem: string, message: string): TaplineError {
  return new TaplineError("unauthenticated", message, {
    remedy: "ask an admin for a new one: tapline agent token --id …",
    facts: { problem },
  });
}

/**
 * @param certificate the one that the agent shows, as the registry has it; null where it does not
 * @param isListed the agent enrolled, or was revoked: only certificates of the registry count for it
 * @throws TaplineError `forbidden`
 */
export function checkCertificate(
  agent: string,
  certificate: { agentId: string; revokedAt: Date | null } | null,
  isListed: boolean,
): void {
  const isGood =
    certificate === null ? !isListed : certificate.agentId === agent && certificate.revokedAt === null;
  if (isGood) return;
  throw new TaplineError("forbidden", `agent ${agent} is revoked`, {
    remedy: "enrol it again with a new token",
    facts: { problem: "revoked" },
  });
}
