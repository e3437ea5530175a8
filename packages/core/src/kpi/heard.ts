import type { AwayArchive, SignOfLife } from "../telemetry/index.ts";

/** The services that a tap passes, in its order: each has to be heard of for its figures to be known. */
export const heardServices = ["ingest", "buffer", "validation", "encryption", "transfer"] as const;

export type HeardService = (typeof heardServices)[number];

/** A process that has said nothing for longer is not counted on, ms: three signs of life. */
export const heardWithinMs = 6_000;

type Heard = { readonly atEpochMs: number; readonly sign: SignOfLife };

/** An archive that cannot be used, since when, and by what the last attempt of who says so ended. */
export type ArchiveAway = Omit<AwayArchive, "forMs"> & { readonly sinceEpochMs: number };

/** Who has given a sign of life lately, and what they said. */
export class SignsOfLife {
  readonly #last = new Map<string, Heard>();

  /** @param atEpochMs when it was said, by the clock of who keeps such signs */
  hear(instance: string, sign: SignOfLife, atEpochMs: number): void {
    const known = this.#last.get(instance);
    if (known === undefined || known.atEpochMs <= atEpochMs) this.#last.set(instance, { atEpochMs, sign });
  }

  /** Services of which no process lives, as far as is known. */
  silent(nowEpochMs: number): HeardService[] {
    const alive = new Set(this.#lately(nowEpochMs).flatMap(({ sign }) => sign.roles));
    return heardServices.filter((service) => !alive.has(service));
  }

  /** Archives that some process cannot use, each since the earliest that anyone says, the longest first. */
  away(nowEpochMs: number): ArchiveAway[] {
    const away = new Map<string, ArchiveAway>();
    for (const { atEpochMs, sign } of this.#lately(nowEpochMs))
      for (const { forMs, ...what } of sign.awayArchives) {
        const { archive } = what;
        const sinceEpochMs = atEpochMs - forMs;
        if (sinceEpochMs < (away.get(archive)?.sinceEpochMs ?? Number.POSITIVE_INFINITY))
          away.set(archive, { ...what, sinceEpochMs });
      }
    return [...away.values()].sort((a, b) => a.sinceEpochMs - b.sinceEpochMs);
  }

  #lately(nowEpochMs: number): Heard[] {
    for (const [instance, { atEpochMs }] of this.#last)
      if (Math.abs(nowEpochMs - atEpochMs) > heardWithinMs) this.#last.delete(instance);
    return [...this.#last.values()];
  }
}
