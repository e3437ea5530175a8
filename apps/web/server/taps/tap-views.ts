import { type FoundSegment, type PrismaClient, TapFinder, TapLists } from "@tapline/adapters/prisma";
import { TapsUnderWay, type TapUnderWay } from "@tapline/adapters/redis";
import { hasCode, TaplineError } from "@tapline/core/kernel";
import { objectPaths } from "@tapline/core/transfer";
import type { Redis } from "ioredis";
import { readTapsOf, type TapName, writeTapName } from "../../contracts/tap-name.ts";
import type { TapList, TapSegment, TapTrace } from "../../contracts/taps.ts";
import { fromPostgres, fromRedis } from "../from-stores.ts";
import { readRunPlace, readSeqPlace, writePlace } from "./list-places.ts";
import {
  archivedRung,
  archivedSteps,
  endedSteps,
  gapSteps,
  type ReceiptTime,
  readSteps,
  underWaySteps,
} from "./tap-steps.ts";

type AgentName = Extract<TapName, { by: "agent" }>;

const perPage = 50;

const blank = {
  ...{ tracker: null, agent: null, reader: null, rejection: null, firstCopyIn: null },
  ...{ isAt: null, segment: null, rung: null },
} as const;

/** Single taps, from the reader to the archive, and lists of them. What a tracker measured is in neither: it is encrypted, and stays so. */
export class TapViews {
  readonly #finder: TapFinder;
  readonly #lists: TapLists;
  readonly #way: TapsUnderWay;

  constructor(prisma: PrismaClient, redis: Redis) {
    [this.#finder, this.#lists, this.#way] = [
      new TapFinder(prisma),
      new TapLists(prisma),
      new TapsUnderWay(redis),
    ];
  }

  /** A page of taps, the newest first. @param word whose: an agent, a site or a tracker; "" = of all */
  async list(word: string, after: string | null): Promise<TapList> {
    const asked = readTapsOf(word);
    if (asked === null) return await this.#recent("all", null, after);
    const { name } = asked;
    const kind = asked.kind === "any" ? await fromPostgres(this.#lists.kindOf(name)) : asked.kind;
    if (kind === null) return { of: "nothing", rows: [], next: null };
    if (kind === "site") return await this.#recent("site", name, after);
    const place = readSeqPlace(after);
    const page = await fromPostgres(
      kind === "agent"
        ? this.#lists.ofAgent(name, place, perPage)
        : this.#lists.ofTracker(name, place, perPage),
    );
    return { of: kind, rows: page.rows, next: page.next && writePlace(page.next) };
  }

  async #recent(of: "all" | "site", site: string | null, after: string | null): Promise<TapList> {
    const { rows, next } = await fromPostgres(this.#lists.recent(site, readRunPlace(after), perPage));
    return { of, rows, next: next && writePlace(next) };
  }

  /** @throws TaplineError `not-found` */
  async trace(name: TapName): Promise<TapTrace> {
    if (name.by === "tracker") return await this.#byTracker(name);
    return name.by === "agent" ? await this.#byAgent(name) : await this.#bySegment(name.segment);
  }

  async #byTracker(
    { tracker, epoch, seq }: Extract<TapName, { by: "tracker" }>,
    isSecondLook = false,
  ): Promise<TapTrace> {
    const found = await fromPostgres(this.#finder.byTracker(tracker, epoch, seq));
    if (found === null) {
      const claim = await fromRedis(this.#way.ofTracker(tracker, epoch, seq));
      const trace = claim === null ? null : await this.#underWay(tracker, seq, claim);
      if (trace !== null) return trace;
      // Between the two questions it may have come to the archive. A claim may also be left over: one look more says which.
      if (claim !== null && !isSecondLook)
        return await this.#byTracker({ by: "tracker", tracker, epoch: claim.trackerEpoch, seq }, true);
      throw new TaplineError("not-found", `no tap ${seq} of tracker ${tracker} is known`, {
        remedy:
          "it may be with its agent yet, or was refused: what was refused is found by its agent's number, such as gate-1/1/845",
      });
    }
    const segment = await this.#segment(found.segment);
    const agent = await this.#agentIn(segment);
    const one = { id: tracker, epoch: found.epoch, seq, digest: found.digest };
    return await this.#archived(writeTapName({ by: "tracker", tracker, epoch: found.epoch, seq }), segment, {
      ...{ tracker: one, agent },
    });
  }

  async #underWay(tracker: string, seq: number, claim: TapUnderWay): Promise<TapTrace | null> {
    const { trackerEpoch: epoch, digest, agent, segment: id } = claim;
    const [segment, site] = await Promise.all([
      fromRedis(this.#way.segment(id)),
      fromPostgres(this.#finder.siteOf(agent)),
    ]);
    if (segment === null) return null;
    return {
      ...blank,
      name: writeTapName({ by: "tracker", tracker, epoch, seq }),
      ...{ state: "under-way", rung: "durable" },
      tracker: { id: tracker, epoch, seq, digest },
      agent: { id: agent, site, epoch: claim.epoch, seq: claim.seq },
      isAt: { is: "stage", stage: segment.stage, segment: id, isFailing: segment.isFailing },
      steps: underWaySteps(id, segment),
    };
  }

  async #byAgent(name: AgentName): Promise<TapTrace> {
    const [found, site] = await fromPostgres(
      Promise.all([this.#finder.byAgent(name), this.#finder.siteOf(name.agent)]),
    );
    const agent = { id: name.agent, site, epoch: name.epoch, seq: name.seq };
    const { rejected, duplicate } = found;
    if (found.segment !== null) {
      const segment = await this.#segment(found.segment);
      const reader = rejected?.reader ?? null;
      return await this.#archived(writeTapName(name), segment, {
        agent,
        reader,
        tracker: trackerIn(segment),
      });
    }
    const receiptAt = await this.#receiptAt(name);
    const ended = { ...blank, name: writeTapName(name), agent, reader: rejected?.reader ?? null };
    if (duplicate !== null) {
      const { segment, heldBy, endedAtEpochMs } = duplicate;
      const first = await fromPostgres(this.#finder.segment(heldBy));
      return {
        ...{ ...ended, state: "duplicate", firstCopyIn: heldBy },
        segment: first === null ? null : shownSegment(first),
        steps: endedSteps(rejected?.readAtEpochMs ?? null, endedAtEpochMs, segment, receiptAt),
        rung: first === null ? "durable" : archivedRung(first),
      };
    }
    if (rejected !== null) {
      const { reader: _reader, readAtEpochMs, ...rejection } = rejected;
      const steps = endedSteps(readAtEpochMs, rejected.quarantinedAtEpochMs, null, receiptAt);
      return { ...ended, state: "rejected", rejection, steps, rung: "durable" };
    }
    return await this.#withoutEnd(name, agent);
  }

  /** A number of an agent of which nothing has an end. */
  async #withoutEnd(name: AgentName, agent: TapTrace["agent"]): Promise<TapTrace> {
    const [isGap, nextSeq] = await fromPostgres(
      Promise.all([this.#finder.isInGap(name), this.#finder.nextSeq(name.agent, name.epoch)]),
    );
    const open = { ...blank, name: writeTapName(name), agent };
    if (isGap) return { ...open, state: "gap", steps: gapSteps() };
    if (nextSeq !== null && name.seq < nextSeq)
      return { ...open, state: "with-agent", isAt: { is: "outbox-or-buffer" }, steps: readSteps() };
    throw new TaplineError(
      "not-found",
      `agent ${name.agent} is not known to have read a tap ${name.epoch}/${name.seq}`,
      {
        remedy: "agents tell once a minute how far they have come: look again then",
      },
    );
  }

  async #bySegment(id: string): Promise<TapTrace> {
    const found = await fromPostgres(this.#finder.segment(id));
    if (found !== null)
      return await this.#archived(id, found, {
        tracker: trackerIn(found),
        agent: await this.#agentIn(found),
      });
    const open = await fromRedis(this.#way.segment(id));
    if (open === null)
      throw new TaplineError("not-found", `no segment ${id} is known`, {
        remedy:
          "one whose taps were all refused or duplicates leaves none; see the audit log for what became of it",
      });
    const { stage, isFailing } = open;
    return {
      ...{ ...blank, name: id, state: "under-way", rung: "durable" },
      isAt: { is: "stage", stage, segment: id, isFailing },
      steps: underWaySteps(id, open),
    };
  }

  async #archived(
    name: string,
    segment: FoundSegment,
    given: Partial<Pick<TapTrace, "tracker" | "agent" | "reader">>,
  ): Promise<TapTrace> {
    const { agent } = given;
    const receiptAt =
      agent == null || agent.seq === null
        ? null
        : await this.#receiptAt({ agent: agent.id, epoch: agent.epoch, seq: agent.seq });
    return {
      ...{ ...blank, ...given, name, state: "archived" },
      segment: shownSegment(segment),
      steps: archivedSteps(segment, receiptAt),
      rung: archivedRung(segment),
    };
  }

  /** What is archived can be looked at without Redis. */
  async #receiptAt(tap: Omit<AgentName, "by">): Promise<ReceiptTime> {
    try {
      return await fromRedis(this.#way.receiptAt(tap));
    } catch (error) {
      if (hasCode(error, "unavailable")) return "unread";
      throw error;
    }
  }

  async #segment(id: string): Promise<FoundSegment> {
    const segment = await fromPostgres(this.#finder.segment(id));
    if (segment !== null) return segment;
    throw new TaplineError("corrupt", `the index names segment ${id} and does not have it`, {
      remedy: "compare index and archive: tapline archive verify",
    });
  }

  /** The agent of all taps of a segment, where it is one alone; and its number, where that is one tap. */
  async #agentIn({ agents, taps }: FoundSegment): Promise<TapTrace["agent"]> {
    const [first] = agents;
    if (first === undefined || agents.some(({ id, epoch }) => id !== first.id || epoch !== first.epoch))
      return null;
    const site = await fromPostgres(this.#finder.siteOf(first.id));
    return { id: first.id, site, epoch: first.epoch, seq: taps === 1 ? first.firstSeq : null };
  }
}

/** The tap of a segment that has one alone. */
function trackerIn({ trackers, taps }: FoundSegment): TapTrace["tracker"] {
  const [first] = trackers;
  if (taps !== 1 || first === undefined) return null;
  return { id: first.id, epoch: first.epoch, seq: first.firstSeq, digest: null };
}

function shownSegment({ entry, ...segment }: FoundSegment): TapSegment {
  const {
    firstReadAtEpochMs: _first,
    lastReadAtEpochMs: _last,
    archivedAtEpochMs: _archived,
    ...shown
  } = segment;
  return {
    ...shown,
    ...{ copies: [...shown.copies], keys: [...shown.keys] },
    ...{ trackers: [...shown.trackers], agents: [...shown.agents] },
    manifestPath: objectPaths(segment.id).manifest,
    entry: entry === null ? null : { id: entry.id, index: entry.index, isWitnessed: entry.isWitnessed },
  };
}
