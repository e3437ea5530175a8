import type { AgentRegistry, RefusedActs } from "@tapline/adapters/prisma";
import { type AgentCertificate, type Authority, certifyAgent, verifyRequest } from "@tapline/core/encryption";
import { hasCode, messageOf, TaplineError } from "@tapline/core/kernel";
import { type CertificateResponse, type TrustResponse, tokenDigest } from "@tapline/core/tap";
import type { FastifyBaseLogger } from "fastify";
import type { AgentIdentity } from "../identity.ts";

export type EnrolmentParts = {
  /** Null where this door gives out no certificates. */
  readonly issuer: { readonly authority: Authority; readonly rootPem: string } | null;
  readonly registry: Pick<AgentRegistry, "agentOfToken" | "enrol" | "renew">;
  readonly refusals: Pick<RefusedActs, "note">;
  /** How long a certificate is valid. */
  readonly lifetimeMs: number;
  readonly clock: () => number;
  readonly log: Pick<FastifyBaseLogger, "info">;
};

/** Makes machines agents, and renews their certificates. */
export class EnrolmentDesk {
  readonly #parts: EnrolmentParts;

  constructor(parts: EnrolmentParts) {
    this.#parts = parts;
  }

  /** Who vouches for this door. @throws TaplineError `unavailable` where it enrols nobody */
  trust(): TrustResponse {
    return { ca: this.#issuer().rootPem, atEpochMs: this.#parts.clock() };
  }

  /**
   * A certificate for who holds a token. The cheap question comes first: without a token that waits for its use
   * nothing is computed; and a request that is refused uses no token up.
   * @throws TaplineError `unauthenticated`, `invalid-input`, `unavailable`
   */
  async enrol(
    wish: { token: string; csr: string; hostname: string },
    traceId: string | null,
  ): Promise<CertificateResponse> {
    const issuer = this.#issuer();
    const { registry, log } = this.#parts;
    const digest = tokenDigest(Buffer.from(wish.token, "base64url"));
    const refused = this.#refusal(null, traceId);
    const agent = await asked(registry.agentOfToken(digest)).catch(refused);
    const certificate = await this.#certify(issuer.authority, wish.csr, agent);
    await asked(registry.enrol(agent, digest, certificate, wish.hostname, traceId)).catch(refused);
    log.info({ agent, serial: certificate.serial }, "an agent has enrolled");
    return answer(agent, certificate, issuer.rootPem);
  }

  /** A new certificate for an agent that shows one that is good. @throws TaplineError as `enrol`, and `forbidden` */
  async renew(
    { agent, serial }: AgentIdentity,
    csr: string,
    traceId: string | null,
  ): Promise<CertificateResponse> {
    const issuer = this.#issuer();
    const certificate = await this.#certify(issuer.authority, csr, agent);
    const renewed = asked(this.#parts.registry.renew(agent, serial, certificate, traceId));
    await renewed.catch(this.#refusal(agent, traceId));
    this.#parts.log.info({ agent, serial: certificate.serial }, "an agent's certificate is renewed");
    return answer(agent, certificate, issuer.rootPem);
  }

  /** Writes down who was turned away, and turns him away. @param agent null where it is not known who asks */
  #refusal(agent: string | null, traceId: string | null): (error: unknown) => Promise<never> {
    return async (error) => {
      if (hasCode(error, "unauthenticated") || hasCode(error, "forbidden"))
        await this.#parts.refusals.note({
          ...{ action: "agent.refused", traceId, subject: `agent/${agent ?? "unknown"}` },
          actor: agent === null ? { kind: "job", id: "ingest" } : { kind: "agent", id: agent },
          facts: { problem: String(error.facts.problem ?? error.code) },
        });
      throw error;
    };
  }

  async #certify(authority: Authority, csr: string, agent: string): Promise<AgentCertificate> {
    const request = await verifyRequest(csr);
    const { clock, lifetimeMs } = this.#parts;
    return await certifyAgent(authority, request, agent, { nowEpochMs: clock(), lifetimeMs });
  }

  #issuer(): NonNullable<EnrolmentParts["issuer"]> {
    if (this.#parts.issuer !== null) return this.#parts.issuer;
    throw new TaplineError("unavailable", "this door gives out no certificates", {
      remedy:
        "an admin has to set TAPLINE_AGENT_AUTHORITY_CERT, TAPLINE_AGENT_AUTHORITY_KEY and TAPLINE_INGEST_ROOT",
      facts: { retryAfterMs: 60_000 },
    });
  }
}

function answer(agent: string, certificate: AgentCertificate, rootPem: string): CertificateResponse {
  const { certPem, notAfterEpochMs } = certificate;
  return { agent, certificate: certPem, ca: rootPem, notAfterEpochMs };
}

/** What the registry says; that it says nothing is a 503, not a fault of ours. */
async function asked<Answer>(question: Promise<Answer>): Promise<Answer> {
  try {
    return await question;
  } catch (cause) {
    if (cause instanceof TaplineError) throw cause;
    throw new TaplineError("unavailable", "the registry of agents does not answer", {
      remedy: "try again later",
      facts: { retryAfterMs: 5_000, cause: messageOf(cause).slice(0, 200) },
      cause,
    });
  }
}
