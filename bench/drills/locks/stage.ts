import { type ClaimAnswer, partitionKeys, SegmentBuffer, TapLedger } from "@tapline/adapters/redis";
import type { Redis } from "ioredis";
import {
  type Answer,
  type Attempt,
  acceptedOf,
  askArchive,
  type Heard,
  lineOfAnswer,
  nameOf,
  openSegment,
  type Position,
  type Segment,
  takeEnding,
} from "./attempt.ts";
import { Changes } from "./changes.ts";
import { Crew, type Rival } from "./crew.ts";
import { LedgerModel, placeOf, type Tap } from "./ledger-model.ts";
import { Purse } from "./purse.ts";
import { leaseMs, maxWaitMs } from "./settings.ts";

const rivals = 3;
/** Beyond its pauses an attempt needs a few steps. A busy machine takes its time for them, a deadlock for ever. */
const slackMs = 30_000;
const stepWithinMs = leaseMs + slackMs;
const attemptWithinMs = maxWaitMs + slackMs;
const attemptsPerSegment = 20;

/** Processes, one Redis, and what the models say of them: here one interleaving after another is played. */
export class Stage {
  /** Of all interleavings. */
  readonly counts = { taps: 0, faults: 0 };
  ledger = new LedgerModel();
  purse: Purse;
  segments: Segment[] = [];
  attempts: Attempt[] = [];
  life = "";
  readonly #redis: Redis;
  readonly #buffer: SegmentBuffer;
  readonly #ledger: TapLedger;
  readonly #changes = new Changes();
  readonly #answers = new Map<number, Answer>();
  #crew!: Crew;
  #lives = 0;
  #jobs = 0;
  #calls = 0;
  /** Since when attempts go on by themselves, all at once, ms since 1970; null while each waits to be told. */
  #freeSinceMs: number | null = null;

  private constructor(redis: Redis) {
    this.#redis = redis;
    this.#buffer = new SegmentBuffer(redis);
    this.#ledger = new TapLedger(redis);
    this.purse = this.#newPurse();
  }

  static async open(redis: Redis, redisUrl: string): Promise<Stage> {
    const stage = new Stage(redis);
    stage.#crew = await Crew.start(redisUrl, rivals, (message) => stage.#hear(message as Heard | Answer));
    return stage;
  }

  get rivals(): readonly Rival[] {
    return this.#crew.rivals;
  }

  get running(): readonly Rival[] {
    return this.rivals.filter(({ isStalled }) => !isStalled);
  }

  /** Attempts that can go on. */
  get movable(): readonly Attempt[] {
    return this.attempts.filter(({ rival, ending }) => !rival.isStalled && ending === null);
  }

  async close(): Promise<void> {
    await this.#crew.close();
  }

  /** Nothing has happened yet. */
  async begin(): Promise<void> {
    this.#freeSinceMs = null;
    this.#changes.forget();
    [this.ledger, this.purse, this.segments, this.attempts] = [new LedgerModel(), this.#newPurse(), [], []];
    await this.#redis.flushall();
    await this.#openLife();
  }

  /** Ends the processes that are still at something: nothing of an interleaving that failed reaches into the next. */
  async clear(): Promise<void> {
    for (const rival of [...this.rivals])
      if (rival.isStalled || this.#openOf(rival).length > 0) await this.#crew.kill(rival);
  }

  /** A segment comes to validation. */
  async cut(taps: readonly Tap[]): Promise<Segment> {
    const id = `s${this.segments.length + 1}`;
    const segment: Segment = { id, life: this.life, taps, stage: "validation", verdicts: [] };
    const keys = partitionKeys(0);
    await this.#redis.hset(keys.segment(id), openSegment(id, this.life, taps.length));
    await this.#redis.hincrby(keys.counts, "buffered", taps.length);
    this.purse.model.bufferedTaps += taps.length;
    this.segments.push(segment);
    return segment;
  }

  attempt(rival: Rival, segment: Segment): void {
    const job = ++this.#jobs;
    const { id, life, taps } = segment;
    this.attempts.push({
      ...{ job, rival, segment, expected: new Map(), mayFail: false },
      ...{ position: null, last: null, lastAtMs: 0, isAnswered: false, ending: null },
    });
    this.counts.taps += taps.length;
    rival.child.send({ type: "begin", job, segment: id, generation: life, claims: taps });
  }

  /** Lets an attempt do its next step, and judges it. */
  async step(attempt: Attempt): Promise<void> {
    const has = async (isSo: () => boolean, what: string) =>
      await this.#changes.until(
        () => attempt.ending !== null || isSo(),
        () => `${nameOf(attempt)} to ${what}`,
        stepWithinMs,
      );
    await has(() => attempt.position !== null, "go on");
    const { position } = attempt;
    if (position === null) return;
    this.#letGo(attempt, position);
    if (position.step === "keep") await has(() => false, "end");
    if (position.step === "claim") await has(() => attempt.isAnswered, "claim");
  }

  /** Puts into the archive what the segment's verdicts say, as one transaction does. */
  archive(segment: Segment): void {
    for (const tap of acceptedOf(segment)) {
      const place = placeOf(tap);
      if (this.ledger.archive.has(place)) throw new Error(`${place} is archived twice`);
      this.ledger.archive.set(place, { segment: segment.id, digest: tap.digest, owner: tap.owner });
    }
    segment.stage = "archived";
  }

  /** Forgets a segment that is in the archive. */
  async end(segment: Segment): Promise<void> {
    await this.#ledger.release(segment.id, segment.life, segment.taps);
    const { id, life, taps } = segment;
    if (!(await this.#buffer.finish(openSegment(id, life, taps.length), [], [])))
      throw new Error(`${id} had ended before`);
    this.purse.model.bufferedTaps -= taps.length;
    this.ledger.release(id);
    segment.stage = "ended";
  }

  stall(rival: Rival): void {
    this.counts.faults++;
    this.#crew.stall(rival);
    for (const { job } of this.#openOf(rival)) this.ledger.stops(job, Date.now());
  }

  wake(rival: Rival): void {
    const nowMs = Date.now();
    for (const { job, position } of this.#openOf(rival)) {
      this.ledger.goesOn(job, nowMs);
      if (position?.step === "claim") this.ledger.stops(job, nowMs);
    }
    this.#crew.wake(rival);
  }

  async kill(rival: Rival): Promise<void> {
    this.counts.faults++;
    const gone = this.#openOf(rival);
    this.attempts = this.attempts.filter((attempt) => attempt.rival !== rival);
    await this.#crew.kill(rival);
    for (const { job } of gone) this.ledger.stops(job, Date.now());
  }

  /** The buffer is flushed: its life ends, and another one begins. */
  async loseBuffer(): Promise<void> {
    this.counts.faults++;
    await this.#buffer.endLife(this.life);
    for (const { id } of this.segments) await this.#redis.unlink(partitionKeys(0).segment(id));
    await this.#openLife();
    this.ledger = new LedgerModel(this.ledger.archive);
    this.purse.model.bufferedTaps = 0;
  }

  /**
   * All attempts go on at once until each segment has its verdicts, those of processes that stand still last. Then nothing may
   * be left undone.
   */
  async finish(): Promise<void> {
    this.#freeSinceMs = Date.now();
    await this.#settle("all attempts to end");
    for (let again = 0; this.#undone().length > 0; again++) {
      if (again === attemptsPerSegment)
        throw new Error(`${this.#undone()[0]?.id} has no verdicts after ${again} attempts`);
      for (const [i, segment] of this.#undone().entries())
        this.attempt(this.running[i % this.running.length] as Rival, segment);
      await this.#settle("further attempts to end");
    }
    for (const rival of this.rivals) if (rival.isStalled) this.wake(rival);
    await this.#settle("those that woke to end");
    this.ledger.settle();
    await this.purse.assertCounts();
  }

  async #settle(what: string): Promise<void> {
    for (const attempt of this.movable) if (attempt.position !== null) this.#letGo(attempt, attempt.position);
    const stuck = (): string =>
      `${what}: ${this.movable.map((attempt) => `${nameOf(attempt)} after ${attempt.last?.step}`).join(", ")}`;
    await this.#changes.until(() => this.movable.length === 0, stuck, attemptWithinMs);
  }

  #undone(): Segment[] {
    return this.segments.filter(({ stage, life }) => stage === "validation" && life === this.life);
  }

  #newPurse(): Purse {
    return new Purse(this.#redis, (holder, call) => this.#call(holder, call));
  }

  async #openLife(): Promise<void> {
    this.life = `life-${++this.#lives}`;
    await this.#buffer.openGeneration(this.life);
  }

  #openOf(rival: Rival): Attempt[] {
    return this.attempts.filter((attempt) => attempt.rival === rival && attempt.ending === null);
  }

  #letGo(attempt: Attempt, position: Position): void {
    attempt.position = null;
    attempt.isAnswered = false;
    attempt.last = position;
    attempt.lastAtMs = Date.now();
    attempt.rival.child.send({
      type: "go",
      job: attempt.job,
      answer: askArchive(attempt, position, this.ledger, this.life),
    });
  }

  #hear(heard: Heard | Answer): void {
    try {
      if (heard.type === "answer") this.#answers.set(heard.call, heard);
      else {
        const attempt = this.attempts.find(({ job }) => job === heard.job);
        if (attempt !== undefined) this.#follow(attempt, heard);
      }
      this.#changes.tell();
    } catch (error) {
      this.#changes.fail(error);
    }
  }

  #follow(attempt: Attempt, heard: Heard): void {
    if (heard.type === "renewed") this.ledger.renewed(attempt.job, heard.atMs);
    else if (heard.type === "ended") takeEnding(attempt, heard, this.life);
    else if (heard.type === "did") this.#takeAnswers(attempt, heard.answers);
    else {
      attempt.position = heard;
      // What was asked for is answered: from here on nothing renews its leases.
      if (heard.step === "claim") this.ledger.stops(attempt.job, Date.now());
      if (this.#freeSinceMs !== null && !attempt.rival.isStalled) this.#letGo(attempt, heard);
    }
  }

  #takeAnswers(attempt: Attempt, answers: readonly ClaimAnswer[]): void {
    const { last, segment, job, expected } = attempt;
    if (last?.step !== "claim") throw new Error(`${nameOf(attempt)} claimed without being told to`);
    if (segment.life !== this.life) throw new Error(`${nameOf(attempt)} claimed in a life that is over`);
    for (const [i, tap] of last.claims.entries()) {
      const answer = answers[i];
      const line = answer === undefined ? null : lineOfAnswer(segment.id, tap, answer);
      if (line !== null) expected.set(tap.owner, line);
    }
    attempt.mayFail = answers.some(({ is }) => is === "busy" || is === "over");
    attempt.isAnswered = true;
    const call = { job, segment: segment.id, isOver: segment.stage !== "validation", ...last };
    const toMs = Date.now();
    if (this.#freeSinceMs === null) this.ledger.judge(call, answers, { fromMs: attempt.lastAtMs, toMs });
    else this.ledger.note(call, answers, { fromMs: this.#freeSinceMs, toMs });
  }

  async #call(holder: string, call: object): Promise<unknown> {
    const id = ++this.#calls;
    this.running.find(({ name }) => name === holder)?.child.send({ ...call, call: id });
    await this.#changes.until(
      () => this.#answers.has(id),
      () => `${holder} to answer`,
      stepWithinMs,
    );
    const { answer, error } = this.#answers.get(id) ?? {};
    this.#answers.delete(id);
    if (error !== undefined) throw new Error(error);
    return answer;
  }
}
