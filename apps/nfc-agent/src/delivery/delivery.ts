import { type AckLevel, type LinkName, reaches } from "@tapline/core/tap";
import type { TapProgress } from "../events.ts";
import type { Settled } from "../outbox/index.ts";
import { fullJitterBackoff } from "./backoff.ts";
import type { DeliveryOptions, DeliverySettings } from "./delivery-options.ts";
import { Generation } from "./generation.ts";
import {
  type Asked,
  type Hello,
  type LinkListener,
  type LinkReceipt,
  type OpenLink,
  untraced,
} from "./link.ts";
import { LinkChoice } from "./link-choice.ts";
import { Links } from "./links.ts";
import { explainByCertificate } from "./own-certificate.ts";
import { progressOfDurable, progressOfHints, stepsOfReceipts } from "./progress.ts";
import { ReleaseRung } from "./release-rung.ts";
import { Reports } from "./reports.ts";
import type { Trouble } from "./setback.ts";
import { type RefusedTap, TapSender } from "./tap-sender.ts";
import { Troubles } from "./troubles.ts";

const labels: Record<LinkName, string> = { grpc: "gRPC", rest: "REST" };
const noSegments: ReadonlySet<string> = new Set();

/** Brings the outbox's taps to the server until each has its end: archived, duplicate or rejected. */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #stopping = new AbortController();
  readonly #troubles: Troubles;
  readonly #generation: Generation;
  readonly #sender: TapSender;
  readonly #choice: LinkChoice;
  readonly #links: Links;
  readonly #reports: Reports;
  readonly #rung: ReleaseRung;
  readonly #firstSeq: number;
  readonly #unlisten: () => void;
  #settings: DeliverySettings;
  #cursor = "0";
  #highestLevel: AckLevel | null = null;
  #lastLink: LinkName;
  #running: Promise<void> = Promise.resolve();

  constructor(options: DeliveryOptions) {
    this.#options = options;
    const { outbox, monotonic, random, notify, onFailure, events } = options;
    this.#settings = options.settings;
    this.#firstSeq = outbox.nextSeq;
    this.#generation = new Generation(() => this.#bufferLost());
    this.#troubles = new Troubles(notify);
    this.#choice = new LinkChoice(options.settings.link, random, options.probeAfterMs);
    this.#lastLink = this.#choice.next;
    this.#reports = new Reports({ ...options, report: options.report });
    const told = options.report !== undefined;
    this.#rung = new ReleaseRung(options.settings.releaseAt, {
      ...{ told, monotonic, onLowered: (rung) => this.#lowered(rung) },
    });
    this.#sender = new TapSender(
      {
        outbox,
        generation: this.#generation,
        troubles: this.#troubles,
        backoff: fullJitterBackoff(random),
        resendAfterMs: options.resendAfterMs ?? 120_000,
        monotonic,
        onOverdue: (taps) => notify("taps without a receipt for long are sent again", { taps }),
        onDurable: (seqs) => this.#durable(seqs),
        onRefused: (refusals) => this.#refused(refusals),
        onFailure,
        sending: options.sending ?? ((_, send) => send(untraced)),
      },
      this.#stopping.signal,
    );
    this.#links = new Links({
      links: options.links,
      choice: this.#choice,
      backoff: fullJitterBackoff(random),
      sender: this.#sender,
      troubles: this.#troubles,
      begin: () => ({ hello: this.#hello(), listener: this.#listener() }),
      explain: (why) => explainByCertificate(why, options.credentials().cert, options.now()),
      onLink: (link, why) => this.#linked(link, why),
    });
    this.#unlisten = events.listen((event) => {
      const condition = event.type === "reader" ? event.status.condition : null;
      const everyTap = condition === "ready" || condition === "reading";
      if (event.type === "paused" || (condition !== null && !everyTap)) this.#reports.soon();
    });
  }

  /** True while the server can be reached and takes taps. */
  get connected(): boolean {
    return this.#links.open && !this.#troubles.has("link") && !this.#troubles.has("sending");
  }

  /** The link that serves, or served last. */
  get link(): LinkName {
    return this.#lastLink;
  }

  /** What does not work at present, and what to do about it. */
  get trouble(): Trouble | null {
    return this.#troubles.worst;
  }

  /** The server's clock minus the agent's, ms; null before it was measured. */
  get clockSkewMs(): number | null {
    return this.#reports.clockSkewMs;
  }

  /** Sends what earlier runs left, and listens for receipts. */
  start(): void {
    this.#sender.offer(this.#options.outbox.pendingSeqs());
    this.#reports.setEvery(this.#settings.reportEveryMs);
    this.#running = this.#links.run(this.#stopping.signal).catch(this.#options.onFailure);
  }

  /** Tap `seq` is durable in the outbox. */
  offer(seq: number): void {
    this.#sender.offer([seq]);
  }

  /** Takes settings that changed. */
  configure(settings: DeliverySettings): void {
    const before = this.#settings;
    this.#settings = settings;
    this.#reports.setEvery(settings.reportEveryMs);
    this.#choice.set(settings.link);
    const askedAccepted = this.#rung.current === "accepted";
    this.#rung.want(settings.releaseAt);
    this.#judgeRelease();
    const isRaised = askedAccepted && this.#rung.current !== "accepted";
    if (settings.link !== before.link || isRaised) this.#links.reconnect();
    this.#reports.soon();
  }

  #lowered(rung: AckLevel): void {
    // Taps that wait for a higher rung have told the one that is now enough: asked again, the server tells it again.
    this.#sender.resendAll();
    if (rung === "accepted") this.#links.reconnect();
  }

  /** Something changed that the server should know: it is told soon. */
  reportSoon(): void {
    this.#reports.soon();
  }

  /** The credentials are new: links are opened with them from now on, the present one once batches have their answer. */
  renewed(): void {
    this.#links.reconnect();
  }

  /** Cuts everything short; taps without an end stay in the outbox. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#unlisten();
    this.#reports.stop();
    await this.#running;
  }

  #hello(): Hello {
    return {
      epoch: this.#options.outbox.epoch,
      receiptsAfter: this.#cursor,
      generation: this.#generation.current ?? "",
      wantAccepted: this.#rung.current === "accepted",
      sendsLog: this.#options.onLogWanted !== undefined,
    };
  }

  #listener(): LinkListener {
    const asked = this.#generation.current;
    return {
      cursor: () => this.#cursor,
      knownGeneration: () => this.#generation.current,
      welcome: (generation, highestLevel) => {
        this.#generation.hear(asked, generation);
        this.#highestLevel = highestLevel;
        this.#judgeRelease();
      },
      mayTakeMore: () => this.#sender.mayTakeMore(),
      accepted: (seqs) => {
        if (this.#rung.current === "accepted") this.#release(seqs);
      },
      receipts: (receipts, next, from) => this.#received(receipts, next, from),
      hints: (hints) => {
        if (hints.epoch === this.#options.outbox.epoch) this.#tell(progressOfHints(hints));
      },
      generation: (name) => void this.#generation.hear(this.#generation.current, name),
      clock: (sentAtEpochMs, answer) => {
        const sentMs = this.#reports.answered(sentAtEpochMs, answer);
        if (sentMs !== null) this.#rung.told(sentMs);
      },
      directive: (directive) => this.#options.onDirective(directive),
      logWanted: (wanted) => this.#options.onLogWanted?.(wanted) ?? null,
    };
  }

  #linked(link: { name: LinkName; open: OpenLink } | null, why: string): void {
    this.#reports.by(link);
    if (link !== null && link.name !== this.#lastLink) {
      this.#lastLink = link.name;
      this.#options.notify(`taps go by ${labels[link.name]} now`, { why });
    }
    this.#options.events.emit({ type: "link", link: link?.name ?? null, why });
  }

  #judgeRelease(): void {
    const { releaseAt } = this.#settings;
    const highest = this.#highestLevel;
    if (highest === null || reaches(highest, releaseAt)) this.#troubles.over("release");
    else
      this.#troubles.begins("release", {
        text: `taps may leave the outbox at "${releaseAt}", and the server goes no further than "${highest}"`,
        remedy: `set the release level to "${highest}", or let a server serve that reaches "${releaseAt}"`,
      });
  }

  #bufferLost(): void {
    this.#cursor = "0";
    this.#links.restartReceipts();
    const taps = this.#sender.resendAll();
    this.#options.notify("the server lost its buffer, taps without a receipt are sent again", { taps });
  }

  #received(receipts: readonly LinkReceipt[], next: string, from: Asked | null): void {
    if (from !== null && !this.#generation.hear(from.generation, from.answered)) return;
    const { outbox } = this.#options;
    const releaseAt = this.#rung.current;
    const steps = stepsOfReceipts(receipts, outbox.epoch, releaseAt);
    const early = !reaches(releaseAt, "archived");
    const known = ({ seq }: TapProgress) => outbox.has(seq) || (early && seq >= this.#firstSeq);
    const told = steps.taps.filter(known);
    this.#settle(steps.ends, steps.segments);
    this.#sender.forget(steps.kept);
    this.#tell(told);
    // An answer that told of a new generation has set the cursor back, which must stay so.
    if (from === null || from.after === this.#cursor) this.#cursor = next;
  }

  #durable(seqs: readonly number[]): void {
    this.#links.useful();
    const final = reaches("durable", this.#rung.current);
    if (final) this.#release(seqs);
    this.#tell(progressOfDurable(seqs, final));
  }

  #refused(refusals: readonly RefusedTap[]): void {
    for (const refusal of refusals)
      this.#options.notify("the server refused a tap at its door", { ...refusal });
    this.#settle(
      refusals.map(({ seq }) => ({ seq, outcome: "rejected" })),
      noSegments,
    );
    const step = { status: "refused", final: true, reason: "door", segment: null } as const;
    this.#tell(refusals.map(({ seq, detail }) => ({ ...step, seq, detail })));
  }

  /** Taps may leave before the archive has them, by the configured rung. */
  #release(seqs: readonly number[]): void {
    this.#settle(
      seqs.map((seq) => ({ seq, outcome: "released" })),
      noSegments,
    );
  }

  #settle(ends: readonly Settled[], segments: ReadonlySet<string>): void {
    const settled = this.#options.outbox.settle(ends);
    this.#sender.ended(settled.map(({ seq }) => seq));
    if (settled.length > 0) this.#options.onSettled(settled, segments);
  }

  #tell(taps: readonly TapProgress[]): void {
    if (taps.length > 0) this.#options.events.emit({ type: "tap-progress", taps });
  }
}
