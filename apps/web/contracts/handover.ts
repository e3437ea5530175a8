import type { HandoverPicture } from "../server/handover/picture.ts";

/** As many characters as a note of a handover may have. */
export const mostNote = 4_000;

export type { HandoverPicture };

/** An alert as a handover tells of it. */
export type AlertLine = HandoverPicture["open"][number];

/** A shift that was handed over, is, or was not after all. */
export interface HandoverView {
  id: string;
  /** In the words of who leaves. */
  note: string;
  picture: HandoverPicture;
  submittedAtEpochMs: number;
  submittedBy: string;
  signed: { atEpochMs: number; by: string; note: string | null; picture: HandoverPicture } | null;
  withdrawn: { atEpochMs: number; by: string; reason: string } | null;
}

/** How things stand now, and what waits for its signature. */
export interface HandoverNow {
  picture: HandoverPicture;
  waiting: HandoverView | null;
  /** Of all people that are named, by their ids; of those who are gone none. */
  names: Record<string, string>;
}

/** Handovers of before, the one submitted last first; `next` asks for more, `null` = that was all. */
export interface HandoverPage {
  handovers: HandoverView[];
  next: string | null;
  names: Record<string, string>;
}
