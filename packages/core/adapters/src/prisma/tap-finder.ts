import { archivalActions } from "@tapline/core/audit";
import { maxAgentRunSpan } from "@tapline/core/transfer";
import type { Prisma, PrismaClient } from "./generated/client.ts";
import type { AgentTap } from "./segment-end.ts";

/** Where the index has a tap by its tracker's numbering. */
export type FoundTrackerTap = {
  readonly epoch: number;
  readonly segment: string;
  /** First 8 bytes of the tap's SHA-256, hexadecimal. */
  readonly digest: string;
};

/** How a tap ended, by its agent's numbering; all null: it has no end. Times: ms since 1970. */
export type FoundAgentTap = {
  readonly segment: string | null;
  readonly duplicate: {
    readonly segment: string;
    readonly heldBy: string;
    readonly endedAtEpochMs: number;
  } | null;
  readonly rejected: FoundRejection | null;
};

export type FoundRejection = {
  readonly reason: string;
  readonly detail: string;
  /** SHA-256 of the raw tap, hexadecimal. */
  readonly digest: string;
  readonly reader: string;
  readonly readAtEpochMs: number;
  readonly quarantinedAtEpochMs: number;
  readonly rulesVersion: number;
  readonly replays: number;
  /** What became of its last replay: `archived`, `duplicate`, `refused`; null: nothing yet. */
  readonly outcome: string | null;
  readonly outcomeSegment: string | null;
};

/** What the index has of a segment, and what the log has of it. */
export type FoundSegment = {
  readonly id: string;
  readonly taps: number;
  readonly objectPath: string;
  readonly objectBytes: number;
  /** SHA-256, hexadecimal. */
  readonly objectDigest: string;
  readonly manifestDigest: string;
  readonly firstReadAtEpochMs: number;
  readonly lastReadAtEpochMs: number;
  readonly archivedAtEpochMs: number;
  readonly expiredAtEpochMs: number | null;
  readonly copies: readonly {
    readonly target: string;
    readonly storedAtEpochMs: number;
    readonly readBackAtEpochMs: number | null;
  }[];
  /** `subject` is null for a key that the ring does not know any more. */
  readonly keys: readonly {
    readonly ski: string;
    readonly subject: string | null;
    readonly state: string | null;
  }[];
  readonly trackers: readonly FoundRun[];
  readonly agents: readonly FoundRun[];
  readonly entry: FoundEntry | null;
};

/** Consecutive numbers, or numbers of an agent near each other. */
export type FoundRun = {
  readonly id: string;
  readonly epoch: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
};

/** The segment's entry in the audit log, and how far the log vouches for it. */
export type FoundEntry = {
  readonly id: string;
  readonly recordedAtEpochMs: number;
  /** Its place; null: it waits for one. */
  readonly index: number | null;
  /** The newest checkpoint of the log, where it covers the entry. */
  readonly checkpoint: FoundCheckpoint | null;
  readonly cosigned: FoundCheckpoint | null;
  readonly archived: FoundCheckpoint | null;
  /** Whether a witness has ever cosigned the log. */
  readonly isWitnessed: boolean;
};

export type FoundCheckpoint = { readonly size: number; readonly atEpochMs: number };

const mostRuns = 50;

/** Looks up single taps, by each of their names, in what PostgreSQL has of them. */
export class TapFinder {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** @param epoch null = the newest one that has the number */
  async byTracker(tracker: string, epoch: number | null, seq: number): Promise<FoundTrackerTap | null> {
    const run = await this.#prisma.tapRun.findFirst({
      where: {
        ...{ tracker, firstSeq: { lte: BigInt(seq) }, lastSeq: { gte: BigInt(seq) } },
        ...(epoch === null ? {} : { trackerEpoch: BigInt(epoch) }),
      },
      orderBy: [{ trackerEpoch: "desc" }, { firstSeq: "desc" }],
    });
    if (run === null) return null;
    const at = (seq - Number(run.firstSeq)) * 8;
    const digest = Buffer.from(run.digests).toString("hex", at, at + 8);
    return { epoch: Number(run.trackerEpoch), segment: run.segmentId, digest };
  }

  async byAgent({ agent, epoch, seq }: AgentTap): Promise<FoundAgentTap> {
    const runs = {
      ...{ agent, epoch: BigInt(epoch), lastSeq: { gte: BigInt(seq) } },
      firstSeq: { lte: BigInt(seq), gt: BigInt(seq - maxAgentRunSpan) },
    };
    const key = { agent_epoch_seq: { agent, epoch: BigInt(epoch), seq: BigInt(seq) } };
    const [archived, duplicates, refused] = await Promise.all([
      this.#prisma.agentRun.findMany({ where: runs }),
      this.#prisma.duplicateRun.findMany({ where: runs }),
      this.#prisma.quarantinedTap.findUnique({ where: key, omit: { sealedPayload: true } }),
    ]);
    const duplicate = duplicates.find((run) => isMember(run, seq));
    return {
      segment: archived.find((run) => isMember(run, seq))?.segmentId ?? null,
      duplicate:
        duplicate === undefined
          ? null
          : {
              ...{ segment: duplicate.segmentId, heldBy: duplicate.heldBy },
              endedAtEpochMs: duplicate.endedAt.getTime(),
            },
      rejected: refused === null ? null : rejectionOf(refused),
    };
  }

  /** Whether the ledger of gaps has the number as one without an end. */
  async isInGap({ agent, epoch, seq }: AgentTap): Promise<boolean> {
    const where = {
      ...{ scope: "agent", subject: agent, epoch: BigInt(epoch), closedAt: null },
      ...{ first: { lte: BigInt(seq) }, last: { gte: BigInt(seq) } },
    };
    return (await this.#prisma.sequenceGap.count({ where })) > 0;
  }

  /** The number that the agent's next tap gets, as it last said; null: it said nothing, or it is in another epoch. */
  async nextSeq(agent: string, epoch: number): Promise<number | null> {
    const row = await this.#prisma.agentReport.findUnique({
      where: { agent, epoch: BigInt(epoch) },
      select: { nextSeq: true },
    });
    return row === null ? null : Number(row.nextSeq);
  }

  async siteOf(agent: string): Promise<string | null> {
    const row = await this.#prisma.agent.findUnique({ where: { id: agent }, select: { site: true } });
    return row?.site ?? null;
  }

  /** null where the index knows no such segment. */
  async segment(id: string): Promise<FoundSegment | null> {
    const row = await this.#prisma.segment.findUnique({ where: { id }, include: segmentParts });
    if (row === null) return null;
    const [known, entry] = await Promise.all([
      this.#prisma.archiveKey.findMany({ where: { ski: { in: row.keys.map(({ ski }) => ski) } } }),
      this.#entryOf(id),
    ]);
    return {
      ...{ id, taps: row.taps, objectPath: row.objectPath, objectBytes: row.objectBytes },
      objectDigest: Buffer.from(row.objectDigest).toString("hex"),
      manifestDigest: Buffer.from(row.manifestDigest).toString("hex"),
      firstReadAtEpochMs: row.firstReadAt.getTime(),
      lastReadAtEpochMs: row.lastReadAt.getTime(),
      archivedAtEpochMs: row.archivedAt.getTime(),
      expiredAtEpochMs: row.expiredAt?.getTime() ?? null,
      copies: row.copies.map(({ target, storedAt, readBackAt }) => ({
        ...{ target, storedAtEpochMs: storedAt.getTime() },
        readBackAtEpochMs: readBackAt?.getTime() ?? null,
      })),
      keys: row.keys.map(({ ski }) => {
        const key = known.find((one) => one.ski === ski);
        return { ski, subject: key?.subject ?? null, state: key?.state ?? null };
      }),
      trackers: row.runs.map(({ tracker, trackerEpoch, ...run }) => runOf(tracker, trackerEpoch, run)),
      agents: row.agentRuns.map(({ agent, epoch, ...run }) => runOf(agent, epoch, run)),
      entry,
    };
  }

  /** The first entry that says that the segment is archived. */
  async #entryOf(segment: string): Promise<FoundEntry | null> {
    const entry = await this.#prisma.auditEntry.findFirst({
      where: { subject: `segment/${segment}`, action: { in: [...archivalActions] } },
      orderBy: [{ recordedAt: "asc" }, { id: "asc" }],
      select: { id: true, recordedAt: true },
    });
    if (entry === null) return null;
    const [leaf, heads] = await Promise.all([
      this.#prisma.auditLeaf.findUnique({ where: { entryId: entry.id }, select: { index: true } }),
      this.#prisma.auditHead.findMany(),
    ]);
    // The log of the installation's present key has come farthest; those of earlier keys stand still.
    const [head] = heads.toSorted((a, b) => Number(b.size - a.size));
    const isWitnessed = head !== undefined && head.cosignedSize > 0n;
    const known = { id: entry.id, recordedAtEpochMs: entry.recordedAt.getTime(), isWitnessed };
    if (leaf === null) return { ...known, index: null, checkpoint: null, cosigned: null, archived: null };
    const covering = (size: bigint | undefined, at: Date | null | undefined): FoundCheckpoint | null =>
      size === undefined || at == null || size <= leaf.index
        ? null
        : { size: Number(size), atEpochMs: at.getTime() };
    return {
      ...known,
      index: Number(leaf.index),
      checkpoint: covering(head?.size, head?.notedAt),
      cosigned: covering(head?.cosignedSize, head?.cosignedAt),
      archived: covering(head?.archivedSize, head?.archivedAt),
    };
  }
}

const segmentParts = {
  ...{ copies: { orderBy: { target: "asc" } }, keys: { orderBy: { ski: "asc" } } },
  runs: {
    orderBy: [{ tracker: "asc" }, { trackerEpoch: "asc" }, { firstSeq: "asc" }],
    omit: { digests: true },
    take: mostRuns,
  },
  agentRuns: {
    orderBy: [{ agent: "asc" }, { epoch: "asc" }, { firstSeq: "asc" }],
    omit: { members: true },
    take: mostRuns,
  },
} as const satisfies Prisma.SegmentInclude;

/** Whether bit `seq` of a run's bitmap is set. */
export function isMember(run: { firstSeq: bigint; members: Uint8Array }, seq: number): boolean {
  const bit = seq - Number(run.firstSeq);
  return bit >= 0 && (((run.members[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 1;
}

function runOf(id: string, epoch: bigint, run: { firstSeq: bigint; lastSeq: bigint }): FoundRun {
  return { id, epoch: Number(epoch), firstSeq: Number(run.firstSeq), lastSeq: Number(run.lastSeq) };
}

function rejectionOf(row: Omit<Prisma.QuarantinedTapGetPayload<object>, "sealedPayload">): FoundRejection {
  return {
    ...{ reason: row.reason, detail: row.detail, reader: row.reader, rulesVersion: row.rulesVersion },
    digest: Buffer.from(row.digest).toString("hex"),
    readAtEpochMs: row.readAt.getTime(),
    quarantinedAtEpochMs: row.quarantinedAt.getTime(),
    ...{ replays: row.replays, outcome: row.outcome, outcomeSegment: row.outcomeSegment },
  };
}
