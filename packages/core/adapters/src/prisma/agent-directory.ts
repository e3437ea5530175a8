import { marks, readMark } from "./acts.ts";
import type { PrismaClient } from "./generated/client.ts";

/**
 * `enrolled`: has a certificate of the door that is good; `expired`: had one, and it ended; `invited`: a token waits
 * for its first use; `unlisted`: never enrolled, so its certificate, if it has one, was made by hand; `revoked`.
 */
export type AgentState = "enrolled" | "expired" | "invited" | "unlisted" | "revoked";

/** An agent as people see it. Times: ms since 1970, null where there is none. */
export type AgentListing = {
  readonly id: string;
  readonly state: AgentState;
  readonly ring: number;
  /** Where it stands, for the daily reconciliation. */
  readonly site: string;
  readonly hostname: string | null;
  readonly enrolledAtEpochMs: number | null;
  readonly revokedAtEpochMs: number | null;
  /** When its newest good certificate ends. */
  readonly certificateEndsAtEpochMs: number | null;
  /** When its token ends that waits for its use. */
  readonly tokenEndsAtEpochMs: number | null;
};

/** Certificates of one agent for which only those of the registry count. */
export type ListedAgent = {
  readonly agent: string;
  /** Serial numbers in lower-case hexadecimal: those that let it in, and those that do no longer. */
  readonly admitted: readonly string[];
  readonly refused: readonly string[];
};

/** All agents for which that holds, and the mark under which they were read. */
export type ListedAgents = { readonly mark: string; readonly agents: readonly ListedAgent[] };

/** A certificate is remembered for so long after its end: clocks differ. */
const rememberMs = 24 * 3_600_000;

/** Reads the registry of agents. */
export class AgentDirectory {
  readonly #prisma: PrismaClient;
  readonly #clock: () => number;

  constructor(prisma: PrismaClient, clock: () => number) {
    this.#prisma = prisma;
    this.#clock = clock;
  }

  /** Whether anything is known of it: it was invited, enrolled or revoked, or has reported. */
  async isKnown(id: string): Promise<boolean> {
    return (await this.#prisma.agent.findUnique({ where: { id }, select: { id: true } })) !== null;
  }

  /** Every agent, by id. */
  async list(): Promise<AgentListing[]> {
    const now = new Date(this.#clock());
    const good = { revokedAt: null, notAfter: { gt: now } };
    const rows = await this.#prisma.agent.findMany({
      orderBy: { id: "asc" },
      include: {
        certificates: { where: good, orderBy: { notAfter: "desc" }, take: 1 },
        tokens: { where: { usedAt: null, expiresAt: { gt: now } }, take: 1 },
      },
    });
    return rows.map(({ id, ring, site, hostname, enrolledAt, revokedAt, certificates, tokens }) => ({
      ...{ id, ring, site, hostname },
      state: stateOf(enrolledAt, revokedAt, certificates.length > 0, tokens.length > 0),
      enrolledAtEpochMs: enrolledAt?.getTime() ?? null,
      revokedAtEpochMs: revokedAt?.getTime() ?? null,
      certificateEndsAtEpochMs: certificates[0]?.notAfter.getTime() ?? null,
      tokenEndsAtEpochMs: tokens[0]?.expiresAt.getTime() ?? null,
    }));
  }

  /** @returns null where nothing has changed since `knownMark` */
  async listed(knownMark: string | null): Promise<ListedAgents | null> {
    // The mark first: what changes while the rest is read has another one, and is read again.
    const mark = await readMark(this.#prisma, marks.agents);
    if (mark === knownMark) return null;
    const rows = await this.#prisma.agent.findMany({
      where: { OR: [{ enrolledAt: { not: null } }, { revokedAt: { not: null } }] },
      select: {
        id: true,
        certificates: {
          where: { notAfter: { gt: new Date(this.#clock() - rememberMs) } },
          select: { serial: true, revokedAt: true },
        },
      },
    });
    const agents = rows.map(({ id, certificates }) => ({
      agent: id,
      admitted: certificates.filter(({ revokedAt }) => revokedAt === null).map(({ serial }) => serial),
      refused: certificates.filter(({ revokedAt }) => revokedAt !== null).map(({ serial }) => serial),
    }));
    return { mark, agents };
  }
}

function stateOf(
  enrolledAt: Date | null,
  revokedAt: Date | null,
  hasCertificate: boolean,
  hasToken: boolean,
): AgentState {
  if (revokedAt !== null) return "revoked";
  if (enrolledAt !== null) return hasCertificate ? "enrolled" : "expired";
  return hasToken ? "invited" : "unlisted";
}
