import {
  type FoundSegment,
  type PrismaClient,
  TapFinder,
  TapLists,
  TapSites,
} from "@tapline/adapters/prisma";
import { TapsUnderWay, type TapUnderWay } from "@tapline/adapters/redis";
import { hasCode, TaplineError } from "@tapline/core/kernel";
import type { Redis } from "ioredis";
import { readTapsOf, type TapName, type TapsOf, writeTapName } from "../../contracts/tap-name.ts";
import type { TapList, TapTrace } from "../../contracts/taps.ts";
import type { Viewer } from "../auth/viewer.ts";
import { fromPostgres, fromRedis } from "../from-stores.ts";
import { readRunPlace, readSeqPlace, writePlace } from "./list-places.ts";
import { shownSegment, stepsOfShared, trackerIn } from "./shown-segment.ts";
import {
  archivedRung,
  archivedSteps,
  endedSteps,
  gapSteps,
  type ReceiptTime,
  readSteps,
  underWaySteps,
} from "./tap-steps.ts";
import { noAgentTap, noSegment, noTrackerTap } from "./unknown-taps.ts";

type AgentName = Extract<TapName, { by: "agent" }>;
type TrackerName = Extract<TapName, { by: "tracker" }>;

/** Whose taps are asked for: those of agents of these sites; `null`: all. */
type Sites = Viewer["sites"];

const perPage = 50;
/** Asked about in the place of what there is not: an answer that comes sooner would say that it is not there, rather than elsewhere. */
const noSegmentAtAll = "00000000-0000-0000-0000-000000000000";

const blank = {
  ...{ tracker: null, agent: null, reader: null, rejection: null, firstCopyIn: null },
  ...{ isAt: null, segment: null, rung: null },
} as const;

/**
 * Single taps, from the reader to the archive, and lists of them. What a tracker measured is in neither: it is encrypted, and stays so.
 * A tap is of the site at which its agent stands. Of other sites' taps those who see some sites only are told what they are told of taps
 * that there are not.
 */
export class TapViews {
  readonly #finder: TapFinder;
  readonly #lists: TapLists;
  readonly #way: TapsUnderWay;
  readonly #sites: TapSites;

  constructor(prisma: PrismaClient, redis: Redis) {
    [this.#finder, this.#lists] = [new TapFinder(prisma), new TapLists(prisma)];
    [this.#way, this.#sites] = [new TapsUnderWay(redis), new TapSites(prisma)];
  }

  /** A page of taps, the newest first. @param word whose: an agent, a site or a tracker; "" = of all */
  async list(word: string, after: string | null, sites: Sites): Promise<TapList> {
    const asked = readTapsOf(word);
    if (asked === null) return await this.#recent("all", null, after, sites);
    const { name } = asked;
    const kind = await this.#kindOf(asked, sites);
    if (kind === null) return { of: "nothing", rows: [], next: null };
    if (kind === "site") return await this.#recent("site", name, after, sites);
    const place = readSeqPlace(after);
    const { rows, next } = await fromPostgres(
      kind === "agent"
        ? this.#lists.ofAgent(name, place, perPage)
        : this.#lists.ofTracker(name, place, perPage),
    );
    // The first copy of a duplicate may lie where it is not seen.
    const shown =
      sites === null ? rows : rows.map((row) => (row.is === "duplicate" ? { ...row, segment: null } : row));
    return { of: kind, rows: shown, next: next && writePlace(next) };
  }

  /** A tracker goes from site to site: its list is of the whole. `null`: nothing is called so. */
  async #kindOf({ kind, name }: TapsOf, sites: Sites): Promise<Exclude<TapsOf["kind"], "any"> | null> {
    if (sites === null) return kind === "any" ? await fromPostgres(this.#lists.kindOf(name)) : kind;
    const isAgent = kind !== "site" && (await fromPostgres(this.#sites.isAgentOf(name, sites)));
    if (isAgent && kind !== "tracker") return "agent";
    return kind !== "agent" && kind !== "tracker" && sites.includes(name) ? "site" : null;
  }

  async #recent(
    of: "all" | "site",
    site: string | null,
    after: string | null,
    sites: Sites,
  ): Promise<TapList> {
    const place = readRunPlace(after);
    const { rows, next } = await fromPostgres(
      sites === null
        ? this.#lists.recent(site, place, perPage)
        : this.#lists.recentOfSome(site === null ? sites : [site], place, perPage),
    );
    return { of, rows, next: next && writePlace(next) };
  }

  /** @throws TaplineError `not-found`, also for a tap of an agent that stands at none of these sites */
  async trace(name: TapName, sites: Sites): Promise<TapTrace> {
    if (name.by === "tracker") return await this.#byTracker(name, sites);
    return name.by === "agent"
      ? await this.#byAgent(name, sites)
      : await this.#bySegment(name.segment, sites);
  }

  /** @throws TaplineError `not-found` where no archived tap of these sites has that name; nothing is looked up for those who see all */
  async mustSee({ tracker, epoch, seq }: Omit<TrackerName, "by">, sites: Sites): Promise<void> {
    if (sites === null) return;
    const found = await fromPostgres(this.#finder.byTracker(tracker, epoch, seq));
    const isSeen = await this.#isOf(found?.segment ?? noSegmentAtAll, sites);
    if (found === null || !isSeen) throw noTrackerTap(tracker, seq);
  }

  async #byTracker(
    { tracker, epoch, seq }: TrackerName,
    sites: Sites,
    isSecondLook = false,
  ): Promise<TapTrace> {
    const found = await fromPostgres(this.#finder.byTracker(tracker, epoch, seq));
    const isSeen = await this.#isOf(found?.segment ?? noSegmentAtAll, sites);
    if (found === null || !isSeen) {
      const told = await fromRedis(this.#way.ofTracker(tracker, epoch, seq));
      const isTheirs = await this.#isAgentOf(told?.agent ?? "", sites);
      const claim = isTheirs ? told : null;
      const trace = claim === null ? null : await this.#underWay(tracker, seq, claim, sites);
      if (trace !== null) return trace;
      // Between the two questions it may have come to the archive. A claim may also be left over: one look more says which.
      if (claim !== null && !isSecondLook)
        return await this.#byTracker({ by: "tracker", tracker, epoch: claim.trackerEpoch, seq }, sites, true);
      throw noTrackerTap(tracker, seq);
    }
    const segment = await this.#segment(found.segment);
    const agent = await this.#agentIn(segment);
    const one = { id: tracker, epoch: found.epoch, seq, digest: found.digest };
    return await this.#archived(
      writeTapName({ by: "tracker", tracker, epoch: found.epoch, seq }),
      segment,
      { tracker: one, agent },
      sites,
    );
  }

  async #underWay(tracker: string, seq: number, claim: TapUnderWay, sites: Sites): Promise<TapTrace | null> {
    const { trackerEpoch: epoch, digest, agent, segment: id } = claim;
    const [segment, site] = await Promise.all([
      fromRedis(this.#way.segment(id)),
      fromPostgres(this.#finder.siteOf(agent)),
    ]);
    if (segment === null) return null;
    const steps = underWaySteps(id, segment);
    return {
      ...blank,
      name: writeTapName({ by: "tracker", tracker, epoch, seq }),
      ...{ state: "under-way", rung: "durable" },
      tracker: { id: tracker, epoch, seq, digest },
      agent: { id: agent, site, epoch: claim.epoch, seq: claim.seq },
      isAt: { is: "stage", stage: segment.stage, segment: id, isFailing: segment.isFailing },
      steps: sites === null ? steps : stepsOfShared(steps),
    };
  }

  async #byAgent(name: AgentName, sites: Sites): Promise<TapTrace> {
    if (!(await this.#isAgentOf(name.agent, sites))) throw noAgentTap(name);
    const [found, site] = await fromPostgres(
      Promise.all([this.#finder.byAgent(name), this.#finder.siteOf(name.agent)]),
    );
    const agent = { id: name.agent, site, epoch: name.epoch, seq: name.seq };
    const { rejected, duplicate } = found;
    if (found.segment !== null) {
      const segment = await this.#segment(found.segment);
      const reader = rejected?.reader ?? null;
      const known = { agent, reader, tracker: trackerIn(segment) };
      return await this.#archived(writeTapName(name), segment, known, sites);
    }
    const receiptAt = await this.#receiptAt(name);
    const ended = { ...blank, name: writeTapName(name), agent, reader: rejected?.reader ?? null };
    if (duplicate !== null) {
      const { segment, heldBy, endedAtEpochMs } = duplicate;
      const first = await fromPostgres(this.#finder.segment(heldBy));
      // The first copy may have been read elsewhere.
      const isShown = await this.#isOf(heldBy, sites);
      return {
        ...{ ...ended, state: "duplicate", firstCopyIn: isShown ? heldBy : null },
        segment: first === null || !isShown ? null : shownSegment(first),
        steps: endedSteps(rejected?.readAtEpochMs ?? null, endedAtEpochMs, segment, receiptAt),
        rung: first === null ? "durable" : archivedRung(first),
      };
    }
    if (rejected !== null) {
      const { reader: _reader, readAtEpochMs, ...told } = rejected;
      // A replay that turned out to be a duplicate names the segment of the first copy.
      const isElsewhere = sites !== null && told.outcome === "duplicate";
      const rejection = isElsewhere ? { ...told, outcomeSegment: null } : told;
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
    throw noAgentTap(name);
  }

  async #bySegment(id: string, sites: Sites): Promise<TapTrace> {
    // Of what is on its way nobody can say yet whose it is.
    if (!(await this.#isOf(id, sites))) throw noSegment(id);
    const found = await fromPostgres(this.#finder.segment(id));
    if (found !== null) {
      const known = { tracker: trackerIn(found), agent: await this.#agentIn(found) };
      return await this.#archived(id, found, known, sites);
    }
    const open = await fromRedis(this.#way.segment(id));
    if (open === null) throw noSegment(id);
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
    sites: Sites,
  ): Promise<TapTrace> {
    const { agent } = given;
    const receiptAt =
      agent == null || agent.seq === null
        ? null
        : await this.#receiptAt({ agent: agent.id, epoch: agent.epoch, seq: agent.seq });
    const steps = archivedSteps(segment, receiptAt);
    const archived = { ...blank, ...given, name, state: "archived", rung: archivedRung(segment) } as const;
    if (sites === null || (await this.#isOf(segment.id, sites)))
      return { ...archived, segment: shownSegment(segment), steps };
    const own = await fromPostgres(this.#sites.agentsOf(sites));
    return { ...archived, segment: shownSegment(segment, own), steps: stepsOfShared(steps) };
  }

  #isOf(segment: string, sites: Sites): Promise<boolean> {
    return fromPostgres(this.#sites.isSegmentOf(segment, sites));
  }

  #isAgentOf(agent: string, sites: Sites): Promise<boolean> {
    return fromPostgres(this.#sites.isAgentOf(agent, sites));
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
