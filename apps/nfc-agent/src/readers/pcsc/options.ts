import type { Clock } from "@tapline/core/kernel";
import { pcscdSocket } from "./config.ts";

/** How readers are run by PC/SC. All have a default but the clock. */
export type PcscReadersOptions = {
  now: Clock;
  /** Times that a torn read is repeated while the tag stays; default 3. `configure` changes it. */
  rereads?: number;
  /** Whether readers sound their buzzer; default true. `configure` changes it. */
  buzzer?: boolean;
  /** Longest time for one command to a card, ms; default 2,000. ISO/IEC 14443-4 lets a card take up to 5,000 at most. */
  apduDeadlineMs?: number;
  /** Longest time from a tag's coming to its last byte, ms; default 10,000. */
  tapDeadlineMs?: number;
  /** Resident memory at which the child is replaced between taps, bytes; default 300 MiB. It grows by some kB per tap. */
  maxChildRssBytes?: number;
  /** Shortest life of a child that is replaced for its memory, ms; default 60,000. */
  minChildLifeMs?: number;
  /** Silence after which the child counts as hung, ms; default 5,000. */
  silenceMs?: number;
  /** Waits between starts that fail: from the first, doubled, to the second; default 250 and 15,000. */
  backoffMs?: readonly [firstMs: number, longestMs: number];
  /** The daemon's socket; default $PCSCLITE_CSOCK_NAME, else /run/pcscd/pcscd.comm. */
  socketPath?: string;
  /** The module that is loaded as nfc-pcsc. */
  binding?: string;
};

export type PcscSettings = Required<PcscReadersOptions>;

export function withDefaults(options: PcscReadersOptions): PcscSettings {
  return {
    rereads: 3,
    buzzer: true,
    apduDeadlineMs: 2000,
    tapDeadlineMs: 10_000,
    maxChildRssBytes: 300 * 1024 * 1024,
    minChildLifeMs: 60_000,
    silenceMs: 5000,
    backoffMs: [250, 15_000],
    socketPath: pcscdSocket(),
    binding: "nfc-pcsc",
    ...options,
  };
}
