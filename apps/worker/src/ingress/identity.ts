import { TLSSocket } from "node:tls";
import { TaplineError } from "@tapline/core/kernel";
import { agentIdSchema } from "@tapline/core/tap";
import type { AgentStanding } from "./standing.ts";

/** Who stands at the door: the agent, and the certificate that says so (serial number in lower-case hexadecimal). */
export type AgentIdentity = {
  readonly agent: string;
  readonly serial: string;
  /** When the certificate ends, ms since 1970. */
  readonly endsAtEpochMs: number;
};

/** The part of a peer's certificate that is looked at, as `node:tls` gives it. */
type PeerCertificate = {
  readonly subjectaltname?: string | undefined;
  readonly serialNumber: string;
  readonly valid_to: string;
};

const known = new WeakMap<object, AgentIdentity>();

/**
 * The agent that a connection's client certificate names. Looked up once per connection.
 * @throws TaplineError as `identityIn`
 */
export function identityOf(socket: unknown): AgentIdentity {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return identityIn(undefined);
  const found = known.get(socket) ?? identityIn(socket.getPeerCertificate());
  known.set(socket, found);
  return found;
}

/**
 * The agent that a client certificate names: the SPIFFE URI `spiffe://tapline/agent/<id>` among the subject's
 * alternative names.
 * @param certificate one that was verified; undefined where there is none
 * @throws TaplineError `unauthenticated` without a certificate, `forbidden` where it is no agent's
 */
export function identityIn(certificate: PeerCertificate | undefined): AgentIdentity {
  if (certificate === undefined)
    throw new TaplineError("unauthenticated", "the connection shows no valid agent certificate", {
      remedy: "connect with the certificate that this agent was enrolled with",
    });
  const names = certificate.subjectaltname ?? "";
  const agent = /(?:^|, )URI:spiffe:\/\/tapline\/agent\/([^,/]+)(?:,|$)/.exec(names)?.[1];
  if (agent === undefined || !agentIdSchema.safeParse(agent).success)
    throw new TaplineError("forbidden", "the certificate is valid but names no agent", {
      remedy: "use a certificate with the name spiffe://tapline/agent/<id>",
    });
  const endsAtEpochMs = Date.parse(certificate.valid_to);
  return { agent, serial: certificate.serialNumber.toLowerCase(), endsAtEpochMs };
}

/**
 * A certificate's end is looked at here once more: TLS does so with a whole handshake alone, and an open connection, or a
 * session that is resumed again and again, would outlive its certificate.
 * @throws TaplineError `unauthenticated` where the agent's certificate has ended, `forbidden` where it was revoked,
 * `unavailable` where nobody can say yet
 */
export function assertAdmitted(
  { agent, serial, endsAtEpochMs }: AgentIdentity,
  standing: AgentStanding,
  nowEpochMs: number,
): void {
  if (!(nowEpochMs <= endsAtEpochMs))
    throw new TaplineError("unauthenticated", `the certificate of agent ${agent} has ended`, {
      remedy: "connect with its new certificate, or enrol the agent anew",
    });
  const refusal = standing.refusal(agent, serial);
  if (refusal === "revoked")
    throw new TaplineError("forbidden", `the certificate of agent ${agent} was revoked`, {
      remedy: "enrol the agent anew",
      facts: { problem: "revoked" },
    });
  if (refusal === "unknown-yet")
    throw new TaplineError("unavailable", "the registry of agents has not been read yet", {
      remedy: "keep the taps and come back later",
      facts: { retryAfterMs: 2_000 },
    });
}
