import { TaplineError } from "@tapline/core/kernel";

/** How to reach an SFTP archive. */
export interface SftpSettings {
  /** `sftp://user@host:port/root`; port 22 where absent. The root folder must be there. */
  readonly url: string;
  /** SHA-256 of the server's host key as OpenSSH writes it: `SHA256:` and base64. */
  readonly hostKeyPin: string;
  /** The client's private key, OpenSSH or PEM. */
  readonly privateKey: string | Buffer;
  /** Share of larger uploads that are read back whole, 0 to 1; default 1. Files up to 64 KiB always are. */
  readonly readBackShare?: number;
  /** Default 10,000. */
  readonly connectTimeoutMs?: number;
  /** Longest that the server may owe one answer; default 30,000. */
  readonly callTimeoutMs?: number;
  /** Silence after which the server is asked for a sign of life; three unanswered end it. Default 5,000. */
  readonly keepaliveMs?: number;
  /** First and longest wait before connecting again; default 100 and 10,000. */
  readonly backoffMinMs?: number;
  readonly backoffMaxMs?: number;
}

/** What an archive tells whoever counts. */
export interface SftpHooks {
  /** After each file that was written: its size, and whether it was read back whole. */
  readonly onWritten?: (file: { readonly bytes: number; readonly readBack: boolean }) => void;
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

/** The 32 bytes of a pin. @throws TaplineError `misconfigured`: without a pin nobody connects */
export function readHostKeyPin(pin: string): Buffer {
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
