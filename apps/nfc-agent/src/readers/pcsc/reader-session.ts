import { setTimeout as sleep } from "node:timers/promises";
import { type Clock, messageOf } from "@tapline/core/kernel";
import type { CardReader } from "nfc-pcsc";
import type { Feedback, ReaderSettings, TagKind } from "../reader.ts";
import { cardBeepCommand, escapeControlCode, isAcr122, lightCommand } from "./acr122.ts";
import { kindOfCard } from "./card-kind.ts";
import { CardLink } from "./card-link.ts";
import { CardFault, type Steps } from "./card-steps.ts";
import type { ChildBounds, FromChild } from "./messages.ts";
import { nextPresence, nobody, type Presence } from "./presence.ts";
import { readTag } from "./read-tag.ts";
import { readerName } from "./reader-name.ts";
import { afterFault } from "./retry-policy.ts";

export type SessionOptions = {
  reader: CardReader;
  bounds: ChildBounds;
  settings: () => ReaderSettings;
  /** Counter of a card that is left alone until it leaves; null where there is none. */
  silentCounter: number | null;
  send: (message: FromChild) => void;
  now: Clock;
  monotonic: Clock;
};

const pauseStepMs = 50;
/** PC/SC looks for cards each 400 ms where a reader does not tell by itself. */
const leavingMs = 600;
/** A reader whose driver lets no command through without a card is not asked for ever. */
const maxEscapeFailures = 3;

/** One reader: what lies on it is read once, handed over, and only then is the next one read. */
export class ReaderSession {
  readonly #options: SessionOptions;
  readonly #name: string;
  readonly #link: CardLink;
  #presence: Presence = nobody;
  #atr: Buffer = Buffer.alloc(0);
  #cameAtMs = 0;
  /** The visit that was dealt with; null before the first state. */
  #servedVisit: number | null = null;
  #isAtWork = false;
  #lastId = 0;
  #onTaken: ((id: number) => void) | null = null;
  #feedback: Feedback | null = null;
  /** Once for each card that PC/SC tells of. */
  #hasLookedAgain = false;
  #cardBeep = true;
  #escapeFailures = 0;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#name = readerName(options.reader.name);
    this.#link = new CardLink(options.reader, options.bounds.apduDeadlineMs);
    options.reader.on("status", ({ state, atr }) => this.#note(state, atr));
  }

  /** Nothing is under way that would be lost; what is stuck does not count. */
  get isIdle(): boolean {
    return !this.#isAtWork || this.#link.isStuck;
  }

  /** The tap `id` was taken. */
  taken(id: number): void {
    this.#onTaken?.(id);
  }

  /** Shown when the reader is free; a newer one replaces one that waits. */
  show(feedback: Feedback): void {
    if (!isAcr122(this.#name)) return;
    this.#feedback = feedback;
    this.#work();
  }

  #note(state: number, atr: Buffer | undefined): void {
    const before = this.#presence;
    this.#presence = nextPresence(before, state);
    if (this.#presence.visit === before.visit && this.#servedVisit !== null) return;
    this.#hasLookedAgain = false;
    if (this.#presence.isPresent) {
      this.#cameAtMs = this.#options.monotonic();
      this.#atr = atr ?? Buffer.alloc(0);
    }
    this.#work();
  }

  #work(): void {
    if (this.#isAtWork || this.#link.isStuck) return;
    this.#isAtWork = true;
    void this.#workOff()
      .catch((error: unknown) => this.#fail(new CardFault("failed", messageOf(error))))
      .finally(() => {
        this.#isAtWork = false;
        if (this.#hasWork()) this.#work();
      });
  }

  #hasWork(): boolean {
    return !this.#link.isStuck && (this.#servedVisit !== this.#presence.visit || this.#feedback !== null);
  }

  async #workOff(): Promise<void> {
    while (this.#hasWork()) {
      const { visit, isPresent, counter } = this.#presence;
      if (this.#servedVisit === visit) await this.#signal();
      else {
        const isFirst = this.#servedVisit === null;
        this.#servedVisit = visit;
        await this.#link.disconnect(false);
        if (!isPresent) this.#tellLeft();
        else if (!isFirst || counter !== this.#options.silentCounter) await this.#serve(visit);
      }
    }
  }

  #tellLeft(): void {
    this.#options.send({ type: "left", reader: this.#name });
    this.#tellReady();
  }

  #tellReady(): void {
    this.#options.send({ type: "condition", reader: this.#name, condition: "ready", detail: "" });
  }

  /** Reads the tag of `visit`, trying again while it lies there and its fault may pass. */
  async #serve(visit: number): Promise<void> {
    const { send, monotonic, bounds, settings } = this.#options;
    send({ type: "reading", reader: this.#name, counter: this.#presence.counter ?? 0 });
    const { rereads } = settings();
    let endAtMs = monotonic() + bounds.tapDeadlineMs;
    let isBusyTold = false;
    for (let tries = 1; ; tries += 1) {
      const fault = await this.#tryOnce(visit, endAtMs, tries - 1);
      if (fault === null) return;
      if (this.#link.isStuck) return this.#tellSilent(fault);
      const { reason } = fault;
      const isThere = this.#presence.visit === visit;
      const isOver = monotonic() >= endAtMs;
      const { isTold, retryAfterMs } = afterFault({ reason, tries, rereads, isThere, isOver, isBusyTold });
      if (isTold) this.#fail(fault);
      if (retryAfterMs === null) return;
      if (isTold) {
        // From here on nobody waits for this tag but its owner.
        isBusyTold = true;
        endAtMs = Number.POSITIVE_INFINITY;
      }
      await this.#link.disconnect(true);
      await this.#pause(retryAfterMs, visit);
    }
  }

  /** @returns null where the tap was read and taken */
  async #tryOnce(visit: number, endAtMs: number, triesBefore: number): Promise<CardFault | null> {
    const { send, now, monotonic, settings } = this.#options;
    try {
      const card = kindOfCard(this.#atr);
      if (!card.ok) throw new CardFault("unsupported", `${card.detail} is no tag that can be read`);
      await this.#link.connect();
      const steps = readTag(card.kind, settings().rereads);
      const { message, rereads } = await this.#run(steps, visit, endAtMs);
      this.#lastId += 1;
      const id = this.#lastId;
      const isTaken = new Promise<void>((resolve) => {
        this.#onTaken = (takenId) => takenId === id && resolve();
      });
      const tag: TagKind = card.kind;
      const readMs = monotonic() - this.#cameAtMs;
      const facts = { readAtEpochMs: now(), tag, readMs, rereads: rereads + triesBefore };
      send({ type: "tap", id, read: { reader: this.#name, raw: message, ...facts } });
      await isTaken;
      this.#tellReady();
      return null;
    } catch (error) {
      if (error instanceof CardFault) return error;
      throw error;
    }
  }

  async #run<Result>(steps: Steps<Result>, visit: number, endAtMs: number): Promise<Result> {
    let response: Buffer = Buffer.alloc(0);
    for (;;) {
      const step = steps.next(response);
      if (step.done === true) return step.value;
      if (this.#presence.visit !== visit) throw new CardFault("removed", "the tag left while it was read");
      if (this.#options.monotonic() >= endAtMs)
        throw new CardFault("stalled", `reading took longer than ${this.#options.bounds.tapDeadlineMs} ms`);
      if ("pauseMs" in step.value) {
        await sleep(step.value.pauseMs);
        response = Buffer.alloc(0);
      } else response = await this.#link.transmit(step.value.apdu, step.value.maxResponseBytes);
    }
  }

  /** Waits, less long where the tag leaves. */
  async #pause(ms: number, visit: number): Promise<void> {
    const endAtMs = this.#options.monotonic() + ms;
    while (this.#presence.visit === visit && this.#options.monotonic() < endAtMs)
      await sleep(Math.min(pauseStepMs, ms));
  }

  #failureOf(fault: CardFault) {
    const { reason: cause, message: detail } = fault;
    return { reader: this.#name, atEpochMs: this.#options.now(), cause, detail };
  }

  #fail(fault: CardFault): void {
    this.#options.send({ type: "failed", failure: this.#failureOf(fault) });
  }

  #tellSilent(fault: CardFault): void {
    const counter = this.#presence.counter ?? 0;
    this.#options.send({ type: "silent", reader: this.#name, counter, failure: this.#failureOf(fault) });
  }

  /** Sends the command of an ACR122U for what waits to be shown. That it fails hurts nobody. */
  async #signal(): Promise<void> {
    const { buzzer } = this.#options.settings();
    const feedback = this.#feedback;
    this.#feedback = null;
    const isAtCard = this.#link.isConnected && !this.#hasLookedAgain;
    try {
      if (feedback !== null) await this.#command(lightCommand(feedback, buzzer));
      if (this.#cardBeep !== buzzer) await this.#command(cardBeepCommand(buzzer));
      this.#cardBeep = buzzer;
    } catch (error) {
      if (!(error instanceof CardFault)) throw error;
      if (this.#link.isStuck) this.#tellSilent(error);
      else if (error.reason === "removed" && isAtCard) await this.#lookAgain();
    }
  }

  /** The card is not the one that lay there: its leaving is told soon, or another came so fast that PC/SC saw no change. */
  async #lookAgain(): Promise<void> {
    const { visit } = this.#presence;
    await this.#pause(leavingMs, visit);
    if (this.#presence.visit !== visit) return;
    this.#presence = { ...this.#presence, visit: visit + 1 };
    this.#hasLookedAgain = true;
  }

  async #command(command: Buffer): Promise<void> {
    const maxResponseBytes = 16;
    if (this.#link.isConnected) {
      await this.#link.transmit(command, maxResponseBytes);
      return;
    }
    if (this.#escapeFailures >= maxEscapeFailures) return;
    this.#escapeFailures += 1;
    await this.#link.escape(command, escapeControlCode(process.platform), maxResponseBytes);
    this.#escapeFailures = 0;
  }
}
