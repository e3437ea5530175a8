import {
  effectOf,
  type KeyChange,
  type KeyEffect,
  needsTwoPersons,
  type OfferedCertificate,
  type RingKey,
  readOffered,
  stepOf,
  takenOut,
} from "@tapline/core/encryption";
import { type Actor, TaplineError } from "@tapline/core/kernel";
import type { Act } from "../prisma/acts.ts";
import type { PrismaClient } from "../prisma/generated/client.ts";
import { KeyMap } from "./key-map.ts";
import { type AskedChange, askForChange } from "./key-requests.ts";
import { makeChange } from "./make-change.ts";
import { ringStep } from "./ring-rows.ts";
import { assertStand, type RingStanding, readStanding } from "./ring-standing.ts";
import { withoutKeys } from "./without-keys.ts";

/** What a change would do, by the ring that `stand` stands for. */
export type KeyPreview = {
  readonly stand: string;
  readonly effect: KeyEffect;
  /** What is offered; null where nothing comes in. */
  readonly certificate: OfferedCertificate | null;
  /** Whether a second person has to approve it. */
  readonly needsApproval: boolean;
};

/**
 * How a change is wanted.
 * @property stand of the ring that whoever wants it looked at; null: whatever it is
 * @property twoPersons what to do where the rule wants a second one: ask for them, refuse, or go past the rule, which is recorded
 * @property asker who counts as the first of the two, where that is not whoever acts: a person in whose name something acts
 */
export type KeyWish = {
  readonly stand: string | null;
  readonly twoPersons: "ask" | "refuse" | "pass";
  readonly asker?: Actor | undefined;
};

export type KeyOutcome =
  | { readonly is: "made"; readonly ring: readonly RingKey[] }
  | ({ readonly is: "asked" } & AskedChange);

/** Where the ring is changed, by commands, by pages and on a schedule: one place, so that all are told and refused the same. */
export class KeyDesk {
  readonly #prisma: PrismaClient;
  readonly #clock: () => number;
  readonly #map: KeyMap;

  constructor(prisma: PrismaClient, clock: () => number) {
    this.#prisma = prisma;
    this.#clock = clock;
    this.#map = new KeyMap(prisma);
  }

  async standing(): Promise<RingStanding> {
    return await readStanding(this.#prisma);
  }

  /**
   * What a change would do. A change that the rules of the ring do not allow at all is refused here, too.
   * @throws TaplineError as `stepOf` and `readOffered` say
   */
  async preview(change: KeyChange): Promise<KeyPreview> {
    const { ring, twoPersons, stand } = await this.standing();
    const offers = change.kind === "add" || change.kind === "rotate";
    const certificate = offers ? readOffered(change.certPem, change.role, ring, this.#clock()) : null;
    const step = stepOf(ring, change);
    const skis = takenOut(change, ring, step);
    const key =
      change.kind === "state" ? ring.find(({ certSha256 }) => certSha256 === change.key) : undefined;
    const without = await withoutKeys(skis, step.after, this.#map);
    const shares = key === undefined ? [] : await this.#map.shares();
    const opened = shares.find(({ ski }) => ski === key?.ski) ?? null;
    const effect = effectOf(change, ring, step, { without, opened });
    return { stand, effect, certificate, needsApproval: twoPersons && needsTwoPersons(change) };
  }

  /**
   * Makes a change, or asks a second person for it where the rule wants one; with its audit entry.
   * @throws TaplineError `conflict` where the ring is another one than `wish.stand` stands for, or the change is refused; `forbidden`
   * where the rule wants two persons and nobody is to be asked
   */
  async change(change: KeyChange, act: Act, wish: KeyWish): Promise<KeyOutcome> {
    const { effect, stand } = await this.preview(change);
    if (effect.refusal !== null) throw new TaplineError("conflict", effect.refusal);
    const at = new Date(this.#clock());
    return await ringStep(this.#prisma, async (tx) => {
      const now = await readStanding(tx);
      // What was weighed outside of this step has to be what is changed in it.
      assertStand(now, wish.stand ?? stand);
      const needsTwo = now.twoPersons && needsTwoPersons(change);
      if (needsTwo && wish.twoPersons === "refuse") throw this.twoPersonsNeeded();
      if (needsTwo && wish.twoPersons === "ask") {
        const asked = { change, effect, stand: now.stand, at, asker: wish.asker ?? act.actor };
        return { is: "asked", ...(await askForChange(tx, asked, act)) };
      }
      const more = needsTwo ? { alone: true } : {};
      return { is: "made", ring: await makeChange(tx, now, change, act, { at, more }) };
    });
  }

  /** What somebody is told who would change alone what two persons have to want. */
  twoPersonsNeeded(): TaplineError {
    return new TaplineError("forbidden", "two persons have to want this: the console asks the second one", {
      remedy:
        "Ask for it on the page Keys, where another admin approves it. In an emergency --alone goes past the rule, and is recorded.",
    });
  }
}
