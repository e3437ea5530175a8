import type { ReleaseListing, ShiftListing } from "@tapline/adapters/prisma";
import type { Colour } from "@tapline/core/kernel";
import type { ReleasedService } from "@tapline/core/rollout";
import type { ServiceHealth } from "@tapline/core/telemetry";

export type { ReleaseListing };

/** A shift with what follows from how it stands. */
export interface ShiftView extends ShiftListing {
  /** Percent of what comes anew that the new release is to have now. */
  share: number;
  /** The colour of the new release. */
  target: Colour;
  /** It is on its way back, or was. */
  isReturning: boolean;
}

/** One service that may run in two releases side by side. */
export interface ServiceReleases {
  service: ReleasedService;
  /** What runs, by the last shift that came to its end; `null`: what the installation itself brings. */
  release: number | null;
  colour: Colour;
  /** There is something to go back to. */
  hasBefore: boolean;
  /** What ran before it; `null`: what the installation brings, or nothing. */
  before: number | null;
  /** The shift under way. */
  shift: ShiftView | null;
  /** Why it cannot go from one release to another here; `null`: it can. */
  fixed: string | null;
  /** Its processes, as they tell of themselves; `null`: nobody tells. */
  processes: ServiceHealth[] | null;
}

/** All that the page of releases shows beside the history. Times: ms since 1970. */
export interface ReleasesBoard {
  readAtEpochMs: number;
  services: ServiceReleases[];
  /** Newest first. */
  releases: ReleaseListing[];
  names: Record<string, string>;
}

/** Shifts, newest first. */
export interface ShiftsPage {
  shifts: ShiftView[];
  next: number | null;
  names: Record<string, string>;
}

/** What an act would do, or did. */
export interface ShiftEffectView {
  says: string;
  shift: ShiftView;
}
