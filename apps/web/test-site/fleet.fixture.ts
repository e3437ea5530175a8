import { AgentRegistry, type PrismaClient } from "@tapline/adapters/prisma";
import { FleetDesk, FleetStore } from "@tapline/adapters/prisma/fleet";
import { type AgentReport, type AgentSettings, readToken, tokenDigest } from "@tapline/core/tap";

const dayMs = 24 * 3_600_000;

/** What a healthy agent reports, apart from what is given. */
export function agentReport(given: Partial<AgentReport> = {}): AgentReport {
  return {
    ...{
      version: "1.2.0",
      platform: "linux-x64",
      startedAtEpochMs: Date.now() - 3 * dayMs,
      configRevision: 0,
    },
    ...({ link: "grpc", paused: null, clockSkewMs: 12 } as const),
    ...{ readers: { ready: 4 }, certificateEndsAtEpochMs: Date.now() + 61 * dayMs },
    outbox: { epoch: 1, nextSeq: 1_845, taps: 0, bytes: 0, oldestAgeMs: 0 },
    ...given,
  };
}

/** What doors and machines would do to the fleet. */
export class FleetFeed {
  readonly #prisma: PrismaClient;
  readonly #store: FleetStore;
  readonly #registry: AgentRegistry;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
    this.#store = new FleetStore(prisma);
    this.#registry = new AgentRegistry(prisma, Date.now);
  }

  /** Enrols agents at a site, each with a certificate. */
  async enrol(site: string, ...ids: readonly string[]): Promise<void> {
    const act = { actor: { kind: "operator", id: "test" }, reason: "a new reader PC" } as const;
    for (const agent of ids) {
      const pin = Buffer.alloc(32);
      const { token } = await this.#registry.createToken({ agent, site, ring: null, ttlMs: dayMs, pin }, act);
      await this.redeem(agent, token);
    }
  }

  /** As the door does where a machine comes with a token. */
  async redeem(agent: string, token: string): Promise<void> {
    const certificate = { serial: `0a${agent}`, notAfterEpochMs: Date.now() + 90 * dayMs };
    const digest = tokenDigest(readToken(token).secret);
    await this.#registry.enrol(agent, digest, certificate, `${agent}.example.org`, null);
  }

  /** Many at once, as they stand after weeks. */
  async fill(site: string, ids: readonly string[]): Promise<void> {
    const enrolledAt = new Date(Date.now() - 29 * dayMs);
    await this.#prisma.agent.createMany({
      data: ids.map((id) => ({ id, site, hostname: `${id}.example.org`, enrolledAt })),
    });
    await this.#prisma.agentCertificate.createMany({
      data: ids.map((id) => ({
        ...{
          serial: `00${id}`,
          agentId: id,
          issuedAt: enrolledAt,
          notAfter: new Date(Date.now() + 61 * dayMs),
        },
      })),
    });
  }

  /** Agents report; `agoMs`: so long ago. */
  async report(ids: readonly string[], given: Partial<AgentReport> = {}, agoMs = 0): Promise<void> {
    const seenAtEpochMs = Date.now() - agoMs;
    await this.#store.keepReports(ids.map((agent) => ({ agent, report: agentReport(given), seenAtEpochMs })));
  }

  /** Nobody has heard of an agent for so long. */
  async silence(id: string, forMs: number): Promise<void> {
    await this.#prisma.agentReport.update({
      where: { agent: id },
      data: { seenAt: new Date(Date.now() - forMs) },
    });
  }

  /** Makes a revision of the settings, which nobody gets by that. */
  async makeSettings(settings: AgentSettings, reason: string): Promise<void> {
    const actor = { kind: "operator", id: "test" } as const;
    await new FleetDesk(this.#prisma).makeRevision(settings, {
      ...{ actor, reason, atEpochMs: Date.now(), dryRun: false },
    });
  }

  async openGap(id: string, first: number, last: number): Promise<void> {
    const range = { scope: "agent", subject: id, epoch: 1n, first: BigInt(first), last: BigInt(last) };
    await this.#prisma.sequenceGap.create({ data: { ...range, openedAt: new Date(Date.now() - 7_200_000) } });
  }

  async clear(): Promise<void> {
    await this.#prisma.agentToken.deleteMany();
    await this.#prisma.agentCertificate.deleteMany();
    await this.#prisma.agentReport.deleteMany();
    await this.#prisma.sequenceGap.deleteMany();
    await this.#prisma.agent.deleteMany();
  }
}
