import { TLSSocket } from "node:tls";
import { TaplineError } from "@tapline/core/kernel";
import { agentIdSchema } from "@tapline/core/tap";
import type { FastifyRequest } from "fastify";

const known = new WeakMap<object, string>();

/**
 * The agent that its client certificate names: the SPIFFE URI `spiffe://tapline/agent/<id>` among the subject's
 * alternative names. Looked up once per connection.
 * @throws TaplineError `unauthenticated` without a valid certificate, `forbidden` where it is no agent's
 */
export function agentOf(request: FastifyRequest): string {
  const socket = request.raw.socket;
  const found = known.get(socket);
  if (found !== undefined) return found;
  if (!(socket instanceof TLSSocket) || !socket.authorized)
    throw new TaplineError("unauthenticated", "the connection shows no valid agent certificate", {
      remedy: "connect with the certificate that this agent was enrolled with",
    });
  const names = socket.getPeerCertificate().subjectaltname ?? "";
  const id = /(?:^|, )URI:spiffe:\/\/tapline\/agent\/([^,/]+)(?:,|$)/.exec(names)?.[1];
  if (id === undefined || !agentIdSchema.safeParse(id).success)
    throw new TaplineError("forbidden", "the certificate is valid but names no agent", {
      remedy: "use a certificate with the name spiffe://tapline/agent/<id>",
    });
  known.set(socket, id);
  return id;
}
