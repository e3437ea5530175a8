import { burstTaps, type CreditAsk, reservedTaps } from "@tapline/core/validation";
import { Bucket } from "./bucket.ts";
import type { Span } from "./ledger-model.ts";
import { leaseMs, limits } from "./settings.ts";

/** What a process is told to ask for. */
export type Ask = CreditAsk & { readonly agent: string; readonly holder: string };

/** A process that may count as a holder: it surely does until `surelyMs`, and no longer after `latestMs`. */
type Held = { taps: number; surelyMs: number; latestMs: number };

/** What may be granted: of each agent's bucket, and of one window. */
export class CreditModel {
  /** Taps in the buffer. */
  bufferedTaps = 0;
  readonly #held = new Map<string, Held>();
  readonly #buckets = new Map<string, Bucket>();

  /** What the process was granted and has not spent, as it knows itself. */
  heldBy(holder: string): number {
    return this.#held.get(holder)?.taps ?? 0;
  }

  /** Judges what was granted to asks that came at once, in whatever order. @throws Error where it is not allowed */
  judge(asks: readonly Ask[], granted: readonly number[], span: Span): void {
    const { fromMs, toMs } = span;
    const surelyHeld = this.#sum(({ surelyMs }) => toMs < surelyMs);
    const free = limits.windowTaps - this.bufferedTaps - this.#sumWith(asks, fromMs);
    const ofWindow = asks.map(({ kind }, i) => (kind === "rate" ? 0 : (granted[i] ?? 0)));
    const sum = ofWindow.reduce((a, b) => a + b, 0);
    // In a batch that takes longer than a lease, the first may count no longer when the last comes.
    const sharesWindow = sum > 0 && toMs - fromMs < leaseMs;
    if (sharesWindow && surelyHeld + this.bufferedTaps + sum > limits.windowTaps)
      throw new Error(`${sum} taps were granted beside ${surelyHeld} held, ${this.bufferedTaps} buffered`);
    for (const agent of new Set(asks.map((ask) => ask.agent))) this.#judgeBucket(agent, asks, granted, span);
    for (const [i, ask] of asks.entries()) this.#judgeAmount(ask, asks, granted[i] ?? 0, free, span);
    for (const [i, { agent, holder }] of asks.entries()) {
      this.#bucket(agent).spend(granted[i] ?? 0, fromMs, toMs);
      const taps = this.heldBy(holder) + (ofWindow[i] ?? 0);
      this.#held.set(holder, { taps, surelyMs: fromMs + leaseMs, latestMs: toMs + leaseMs });
    }
  }

  /** `taps` went into the buffer. */
  spent(holder: string, taps: number): void {
    const held = this.#held.get(holder);
    if (held !== undefined) held.taps -= taps;
    this.bufferedTaps += taps;
  }

  /** The process has given back whatever it held. */
  left(holder: string): void {
    this.#held.delete(holder);
  }

  #sum(counts: (held: Held) => boolean): number {
    return [...this.#held.values()].filter(counts).reduce((sum, { taps }) => sum + taps, 0);
  }

  /** What may count as held once those who ask count again. */
  #sumWith(asks: readonly Ask[], nowMs: number): number {
    const names = new Set(asks.map(({ holder }) => holder));
    const others = [...this.#held].filter(([name, held]) => !names.has(name) && nowMs <= held.latestMs);
    const again = [...names].reduce((sum, name) => sum + this.heldBy(name), 0);
    return others.reduce((sum, [, { taps }]) => sum + taps, again);
  }

  #judgeBucket(
    agent: string,
    asks: readonly Ask[],
    granted: readonly number[],
    { fromMs, toMs }: Span,
  ): void {
    const taps = asks.reduce((sum, ask, i) => sum + (ask.agent === agent ? (granted[i] ?? 0) : 0), 0);
    if (!this.#bucket(agent).mayGive(taps, fromMs, toMs))
      throw new Error(`${agent} was granted ${taps} taps over its rate`);
  }

  #judgeAmount(ask: Ask, asks: readonly Ask[], taps: number, free: number, { fromMs }: Span): void {
    const { kind, agent } = ask;
    const wanted = asks.reduce((sum, one) => sum + one.taps, 0);
    const hasTokens = this.#bucket(agent).surelyHas(wanted, fromMs);
    const room = kind === "rate" ? wanted : free - (kind === "some" ? reservedTaps(limits) : 0);
    const isPart = kind === "some" ? taps > ask.taps : taps !== 0 && taps !== ask.taps;
    if (isPart) throw new Error(`${agent} asked for ${kind} ${ask.taps} taps and was granted ${taps}`);
    // One who asks alone gets all that it wants where there is room for it; several share.
    if (asks.length === 1 && hasTokens && wanted <= room && taps !== ask.taps)
      throw new Error(`${agent} was refused ${ask.taps} taps of ${room} free ones`);
  }

  #bucket(agent: string): Bucket {
    const bucket = this.#buckets.get(agent) ?? new Bucket(burstTaps(limits), limits.tapsPerSecond / 1_000);
    this.#buckets.set(agent, bucket);
    return bucket;
  }
}
