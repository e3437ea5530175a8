import type { LinkName } from "@tapline/core/tap";

export type LinkSetting = "auto" | LinkName;

/**
 * How a link went: `unreached`, it did not open; `fruitless`, it opened and broke before it was of use; `fruitful`, it
 * was of use.
 */
export type LinkCourse = "unreached" | "fruitless" | "fruitful";

/** Streams in a row that open and break at once, after which REST is tried: a proxy in between may cut them. */
const fruitlessStreams = 3;
const firstProbeMs = 30_000;
const longestProbeMs = 30 * 60_000;

/** Which way to take: gRPC where it works, REST where only that does. */
export class LinkChoice {
  readonly #random: () => number;
  readonly #firstProbeMs: number;
  #setting: LinkSetting;
  #next: LinkName;
  #fruitless = 0;
  #probeCeilingMs: number;

  /** @param random numbers in [0, 1) */
  constructor(setting: LinkSetting, random: () => number, firstProbeAfterMs = firstProbeMs) {
    this.#setting = setting;
    this.#random = random;
    this.#firstProbeMs = firstProbeAfterMs;
    this.#probeCeilingMs = firstProbeAfterMs;
    this.#next = setting === "rest" ? "rest" : "grpc";
  }

  get setting(): LinkSetting {
    return this.#setting;
  }

  /** The link to open next. */
  get next(): LinkName {
    return this.#next;
  }

  set(setting: LinkSetting): void {
    if (setting === this.#setting) return;
    this.#setting = setting;
    this.#next = setting === "rest" ? "rest" : "grpc";
    this.#fruitless = 0;
    this.#probeCeilingMs = this.#firstProbeMs;
  }

  /** `link` serves. */
  took(link: LinkName): void {
    this.#next = link;
  }

  /** A link is over. @returns false where the next one is to be opened without a wait */
  over(link: LinkName, course: LinkCourse): boolean {
    if (link === "grpc") this.#fruitless = course === "fruitless" ? this.#fruitless + 1 : 0;
    if (this.#setting !== "auto") return true;
    if (link === "rest") {
      this.#next = course === "fruitful" ? "rest" : "grpc";
      return true;
    }
    const given = course === "unreached" || this.#fruitless >= fruitlessStreams;
    this.#next = given ? "rest" : "grpc";
    return !given;
  }

  /** A link proved useful. */
  worked(link: LinkName): void {
    if (link === "grpc") this.#probeCeilingMs = this.#firstProbeMs;
  }

  /** While REST serves: when to try gRPC again, ms from now; longer each time. Null where that is not wanted. */
  nextProbeMs(): number | null {
    if (this.#setting !== "auto") return null;
    const ceilingMs = this.#probeCeilingMs;
    this.#probeCeilingMs = Math.min(longestProbeMs, ceilingMs * 2);
    return ceilingMs / 2 + (this.#random() * ceilingMs) / 2;
  }
}
