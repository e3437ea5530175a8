import { TaplineError } from "@tapline/core/kernel";
import type { Bandwidth } from "@tapline/core/transfer";
import type { OnCircuit } from "./circuit-breaker.ts";

/** How to reach an SFTP archive. */
export interface SftpSettings {
  /** `sftp://user@host:port/root`; port 22 where absent. The root folder must be there. */
  readonly url: string;
  /** SHA-256 of the server's host key as OpenSSH writes it, `SHA256:` and base64; two, joined by a comma, while it changes. */
  readonly hostKeyPin: string;
  /** The client's private key, OpenSSH or PEM. */
  readonly privateKey: string | Buffer;
  /** Share of larger uploads that are read back whole, 0 to 1; default 1. Files up to 64 KiB always are. */
  readonly readBackShare?: number;
  /** Connections at once; default 1. */
  readonly maxConnections?: number;
  /** After how long a connection beyond the first ends; default 60,000. */
  readonly idleMs?: number;
  /** What of the line may be used; default: all. */
  readonly bandwidth?: Bandwidth;
  /** Free bytes below which is warned, and below which nothing is written; default 0, not watched. */
  readonly warnFreeBytes?: number;
  readonly stopFreeBytes?: number;
  /** Default 10,000. */
  readonly connectTimeoutMs?: number;
  /** Longest that the server may owe one answer; default 30,000. */
  readonly callTimeoutMs?: number;
  /** Silence after which the server is asked for a sign of life; three unanswered end it. Default 5,000. */
  readonly keepaliveMs?: number;
  /** Bounds of the first and the longest pause of the circuit breaker; default 500 and 10,000. */
  readonly backoffMinMs?: number;
  readonly backoffMaxMs?: number;
}

/** `plenty`; `scarce` = below the bound of the warning; `none` = below the bound at which nothing more is written. */
export type SpaceLevel = "plenty" | "scarce" | "none";

/** The moments of an upload that no caller sees; each is awaited, with the file's path. */
export interface UploadSteps {
  /** The file lies there whole as `.part`. */
  readonly part: (path: string) => Promise<void>;
  /** Its turn has come to get its name: those that must have theirs before it have them. */
  readonly turn: (path: string) => Promise<void>;
  /** It has its name, and whoever asked for the upload does not know yet. */
  readonly named: (path: string) => Promise<void>;
}

/** What an archive tells whoever counts. */
export interface SftpHooks {
  readonly steps?: UploadSteps;
  /** After each file that was written: where, its size, and whether it was read back whole. */
  readonly onWritten?: (file: {
    readonly path: string;
    readonly bytes: number;
    readonly readBack: boolean;
  }) => void;
  /** When the circuit opens or closes. */
  readonly onCircuit?: OnCircuit;
  /** When the free space crosses one of its bounds. */
  readonly onSpace?: (space: { readonly level: SpaceLevel; readonly freeBytes: number }) => void;
}

/** An archive's address, read. `root` is absolute without a trailing slash; the server's own root is "". */
export interface SftpAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly root: string;
}

/** @throws TaplineError `misconfigured` */
export function readSftpUrl(text: string): SftpAddress {
  const url = URL.parse(text);
  if (url === null || url.protocol !== "sftp:" || url.hostname === "" || url.username === "")
    throw misconfigured("the archive's URL is not of the form sftp://user@host:port/root");
  if (url.password !== "")
    throw misconfigured("the archive's URL holds a password: Tapline signs in by key alone");
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? 22 : Number(url.port),
    user: decodeURIComponent(url.username),
    root: decodeURIComponent(url.pathname).replace(/\/+$/, ""),
  };
}

/** The pins, 32 bytes each. @throws TaplineError `misconfigured`: without a pin nobody connects */
export function readHostKeyPins(text: string): Buffer[] {
  return text.split(",").map(readPin);
}

function readPin(pin: string): Buffer {
  const base64 = /^SHA256:([A-Za-z0-9+/]{43})=?$/.exec(pin.trim())?.[1];
  if (base64 === undefined)
    throw new TaplineError(
      "misconfigured",
      "the archive's host key is not pinned, or the pin is unreadable",
      {
        remedy:
          'Set TAPLINE_ARCHIVE_HOST_KEY to the "SHA256:…" that ssh-keygen -lf prints for the server\'s key.',
      },
    );
  return Buffer.from(base64, "base64");
}

function misconfigured(message: string): TaplineError {
  return new TaplineError("misconfigured", message, {
    remedy: "Set TAPLINE_ARCHIVE_URL, for example sftp://tapline@archive.example:22/srv/archive.",
  });
}
