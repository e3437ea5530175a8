import type { ReaderCondition } from "@tapline/core/tap";
import type { Feedback, ReaderSettings, ReadFailure, TapRead } from "../reader.ts";

/** Bounds that hold in the child; see `PcscReadersOptions`. */
export type ChildBounds = { apduDeadlineMs: number; tapDeadlineMs: number; beatEveryMs: number };

/** From the parent to the child that holds the readers. */
export type ToChild =
  | {
      type: "start";
      /** Module to load: nfc-pcsc. */
      binding: string;
      bounds: ChildBounds;
      settings: ReaderSettings;
      /** Cards that went silent, by reader: the counter under which they lie there. They are left alone until they leave. */
      silent: Record<string, number>;
    }
  | { type: "settings"; settings: ReaderSettings }
  /** The tap `id` of `reader` was taken, or could not be: the next may come. */
  | { type: "taken"; reader: string; id: number }
  | { type: "feedback"; reader: string; feedback: Feedback };

/** From the child to the parent. */
export type FromChild =
  | {
      type: "beat";
      rssBytes: number /** No reader is at a tag, or waits for a tap to be taken. */;
      isIdle: boolean;
    }
  /** nfc-pcsc is loaded and looks for readers. */
  | { type: "loaded" }
  /** nfc-pcsc does not load. */
  | { type: "unusable"; detail: string }
  /** PC/SC is gone: nothing more will come from this child. */
  | { type: "lost"; detail: string }
  | { type: "condition"; reader: string; condition: ReaderCondition; detail: string }
  /** Began to read a tag. Ends by `tap`, `failed` or `silent`. */
  | { type: "reading"; reader: string; counter: number }
  | { type: "tap"; id: number; read: TapRead }
  | { type: "failed"; failure: ReadFailure }
  /** A command is under way that no answer came to: the reader is stuck until the card leaves, or for ever. */
  | { type: "silent"; reader: string; counter: number; failure: ReadFailure }
  /** No tag lies on the reader. */
  | { type: "left"; reader: string };
