import { X509Certificate } from "node:crypto";
import type { Server, TLSSocket } from "node:tls";
import { pemBlocks } from "@tapline/core/encryption";
import { type AgentIdentity, identityIn } from "./identity.ts";
import type { TurnedAway } from "./turned-away.ts";

/**
 * Writes down agents whose certificate TLS itself takes no longer, since it has ended. To all behind the handshake they are
 * strangers.
 * @param agentCa whose word on agents counts, PEM
 */
export function noteEnded(server: Server, agentCa: Buffer, turnedAway: TurnedAway): void {
  const authorities = pemBlocks(agentCa.toString(), "CERTIFICATE").map((pem) => new X509Certificate(pem));
  server.on("secureConnection", (socket) => {
    if (socket.authorized) return;
    const agent = endedAgent(socket, authorities);
    if (agent !== null) turnedAway.note(agent, "ended", "tls");
  });
}

/** OpenSSL tells the last of several faults, so whose the certificate is must be asked again: anybody can write a name into one. */
function endedAgent(socket: TLSSocket, authorities: readonly X509Certificate[]): AgentIdentity | null {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined || Date.parse(certificate.validTo) >= Date.now()) return null;
  const isOurs = authorities.some(
    (authority) => certificate.checkIssued(authority) && certificate.verify(authority.publicKey),
  );
  try {
    return isOurs ? identityIn(socket.getPeerCertificate()) : null;
  } catch {
    return null;
  }
}
