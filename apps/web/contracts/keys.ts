import type {
  ArchiveShare,
  KeyChange,
  KeyEffect,
  KeyRole,
  KeyState,
  OfferedCertificate,
  RingReading,
} from "@tapline/core/encryption";

/** A key of the ring, and what of the archive it opens. Times: ms since 1970. */
export interface KeyView {
  /** SHA-256 of its certificate: its name. */
  certSha256: string;
  /** How people name it: the beginning of that. */
  shortId: string;
  /** How objects name it. */
  ski: string;
  subject: string;
  role: KeyRole;
  state: KeyState;
  validFromEpochMs: number;
  notAfterEpochMs: number;
  /** `null`: nothing. */
  opens: ArchiveShare | null;
  /** Of that, what no other key opens that is active or retiring. */
  only: ArchiveShare;
  /** How many segments of it an active key opens, too, such as after a rewrap; 0 to `opens.segments`. */
  alsoActive: number;
}

/** A change that waits for a second person, or what became of it. */
export interface KeyRequestView {
  id: string;
  /** What it does, in one line. */
  what: string;
  askedBy: string;
  /** Whoever asks for this list asked for it. */
  isOwn: boolean;
  askedAtEpochMs: number;
  expiresAtEpochMs: number;
  reason: string | null;
  state: "waiting" | "approved" | "cancelled" | "expired";
  endedBy: string | null;
  endedAtEpochMs: number | null;
  /** The ring is another one than when it was asked for. */
  isOnOtherRing: boolean;
}

/** What a worker that encrypts takes the ring for. */
export interface KeyWorkerView extends RingReading {
  /** It has read the ring as it is; false: an older one, or none. */
  isCurrent: boolean;
}

/** Something that can run out. */
export interface EndingView {
  what: string;
  subject: string;
  endsAtEpochMs: number;
}

/** A key that signs the audit log's checkpoints, as the newest of them has it. */
export interface LogKeyView {
  kind: "log" | "witness";
  name: string;
  id: string;
}

/** All that the page of keys shows. */
export interface KeysView {
  /** Of the ring and its rule: acts say by which one they were decided. */
  stand: string;
  twoPersons: boolean;
  keys: KeyView[];
  /** What opens with keys that the ring does not have, or of which none is noted (`ski` null). */
  strangers: { ski: string | null; share: ArchiveShare }[];
  archived: { segments: number; taps: number };
  /** When what keys open was counted: seldom, where counting takes long. */
  countedAtEpochMs: number;
  requests: KeyRequestView[];
  /** `null`: Redis could not be asked. */
  workers: KeyWorkerView[] | null;
  /** What a worker found last that can run out; `null`: nothing was told yet. */
  found: {
    atEpochMs: number;
    endings: EndingView[];
    unreadable: string[];
    rotateAfterDays: number;
  } | null;
  logKeys: LogKeyView[];
  readAtEpochMs: number;
}

/** What somebody would do, as the page asks for its preview. */
export type KeyWishInput =
  | { do: "activate" | "retire" | "revoke"; key: string }
  | { do: "add" | "rotate"; role: KeyRole; certPem: string }
  | { do: "rule"; twoPersons: boolean }
  | { do: "approve"; request: string };

/** What it would do, by the ring that `stand` stands for. */
export interface KeyPreviewView {
  change: KeyChange;
  stand: string;
  effect: KeyEffect;
  certificate: OfferedCertificate | null;
  /** A second person has to approve it first. */
  needsApproval: boolean;
}
