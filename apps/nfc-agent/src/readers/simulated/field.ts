import type { Clock } from "@tapline/core/kernel";
import { type Random, seededRandom, wholeBetween } from "@tapline/core/kernel";
import { type Owner, TrackerCrowd } from "./crowd.ts";
import { planVisits } from "./plan.ts";
import type { Scenario } from "./scenario.ts";
import { drift, skew } from "./skew.ts";
import type { SimulatedTracker } from "./trackers-file.ts";
import type { LookKind, Offer, Show, Visit, VisitKind } from "./visit.ts";

export type FieldOptions = {
  trackers: readonly SimulatedTracker[];
  /** Epoch of every tracker: larger than in any run before, so that no number is ever used for other content. */
  epoch: number;
  /** Visits in all; `null` for no end. A script counts its own. */
  taps: number | null;
  seed: number;
  now: Clock;
  scenario: Scenario;
  /** Told of each number that no good packet will ever fill. */
  onLost: (place: string) => void;
};

/** How the look at a tracker goes that is not read. */
const troubles = {
  torn: "torn",
  pulled: "removed",
  unplugged: "removed",
  collision: "collision",
  silent: "silent",
  held: "held",
} as const satisfies Partial<Record<VisitKind, LookKind>>;

type Refused = "malformed" | "unsigned" | "skewed" | "unknown-tracker" | "revoked-tracker";

/**
 * All simulated trackers, as they come by one after the other. The seed fixes kinds, places and measurements; the
 * taps are signed for real.
 */
export class SimulatedField {
  readonly #random: Random;
  readonly #kinds: Iterator<VisitKind>;
  readonly #crowd: TrackerCrowd;

  /** @throws misconfigured where the scenario revokes every tracker */
  constructor({ seed, scenario, taps, ...options }: FieldOptions) {
    this.#random = seededRandom(seed);
    this.#kinds = planVisits(scenario, taps, this.#random);
    this.#crowd = new TrackerCrowd({ ...options, scenario, random: this.#random });
  }

  /**
   * The next visit; after the last one, what trackers still hold unread, so that no hole stays; then `null`: nothing
   * more is to be shown, unless a reader fails with what it has at hand.
   */
  next(): Visit | null {
    const kind = this.#kinds.next();
    if (kind.done !== true) return this.#visit(kind.value);
    const behind = this.#crowd.behind();
    return behind === null ? null : visitOf("fresh", shows(this.#crowd.unread(behind, true)));
  }

  #visit(kind: VisitKind): Visit {
    switch (kind) {
      case "missed":
        this.#measured();
        return visitOf(kind, []);
      case "foreign":
        return visitOf(kind, [{ looks: ["foreign"], offer: null }]);
      case "fresh":
      case "drifting":
      case "healed":
      case "flapping":
        return this.#read(kind);
      case "duplicate":
      case "clone":
      case "ring":
        return this.#again(kind) ?? this.#read("fresh");
      case "malformed":
      case "unsigned":
      case "skewed":
      case "unknown-tracker":
      case "revoked-tracker":
        return visitOf(kind, shows([this.#refused(kind)]));
      default:
        return this.#trouble(kind);
    }
  }

  /** A new packet is read in the end, after those that nobody has read. */
  #read(kind: "fresh" | "drifting" | "healed" | "flapping"): Visit {
    const owner = this.#measured(kind === "drifting" ? drift(this.#random) : 0);
    const torn = kind === "healed" ? wholeBetween(this.#random, 1, 3) : 0;
    const looks: LookKind[] = [...new Array<LookKind>(torn).fill("torn"), "whole"];
    const away = kind === "flapping" ? wholeBetween(this.#random, 1, 4) : 0;
    const pulled: Show = { looks: ["removed"], offer: null };
    return visitOf(kind, [
      ...new Array<Show>(away).fill(pulled),
      ...shows(this.#crowd.unread(owner, torn === 0), looks),
    ]);
  }

  /** The tag is not read: what its tracker measured waits for the next tap. */
  #trouble(kind: keyof typeof troubles): Visit {
    const owner = this.#measured();
    if (kind === "collision") this.#measured();
    return visitOf(kind, shows(this.#crowd.oldestUnread(owner), [troubles[kind]]));
  }

  /** Numbers that were shown before; null where there are none yet. */
  #again(kind: "duplicate" | "clone" | "ring"): Visit | null {
    if (kind === "ring") {
      const offers = this.#crowd.ring(this.#crowd.next());
      return offers.length === 0 ? null : visitOf(kind, shows(offers));
    }
    const offer = kind === "clone" ? this.#crowd.clone() : this.#crowd.repeat();
    return offer === null ? null : visitOf(kind, shows([offer]));
  }

  #refused(kind: Refused): Offer {
    const crowd = this.#crowd;
    if (kind === "malformed") return crowd.damaged(crowd.next());
    if (kind === "unsigned") return crowd.spoil(crowd.next(), kind, { signed: false });
    if (kind === "skewed") return crowd.spoil(crowd.next(), "time-skew", { skewS: skew(this.#random) });
    return crowd.spoil(crowd.next(kind === "unknown-tracker" ? "stranger" : "revoked"), kind);
  }

  #measured(skewS = 0): Owner {
    const owner = this.#crowd.next();
    this.#crowd.measure(owner, { skewS });
    return owner;
  }
}

function visitOf(kind: VisitKind, all: readonly Show[]): Visit {
  return { kind, shows: all, unplugs: kind === "unplugged" };
}

function shows(offers: readonly Offer[], looks: readonly LookKind[] = ["whole"]): Show[] {
  return offers.map((offer) => ({ looks, offer }));
}
