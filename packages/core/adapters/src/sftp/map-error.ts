import { messageOf, printableLine, TaplineError } from "@tapline/core/kernel";

/** Status codes of SFTP version 3 (draft-ietf-secsh-filexfer-02 §7). */
const status = {
  noSuchFile: 2,
  permissionDenied: 3,
  failure: 4,
  noConnection: 6,
  connectionLost: 7,
} as const;

/** True where the server answered that nothing lies there. */
export function isNotFound(error: unknown): boolean {
  return codeOf(error) === status.noSuchFile;
}

/** True where the server answered at all: the connection is fine, the request was refused. */
export function isAnswer(error: unknown): boolean {
  const code = codeOf(error);
  return typeof code === "number" && code !== status.noConnection && code !== status.connectionLost;
}

/**
 * What a failed SFTP request means.
 * @param what the request, such as `upload of 2026/11/23/segment-….p7m`
 */
export function mapSftpError(error: unknown, what: string): TaplineError {
  if (error instanceof TaplineError) return error;
  switch (codeOf(error)) {
    case status.noSuchFile:
      return new TaplineError("not-found", `${what}: nothing lies there in the archive`, { cause: error });
    case status.permissionDenied:
      return new TaplineError("misconfigured", `${what}: the archive denies permission`, {
        remedy: "Let the archive's user read and write below the root folder of TAPLINE_ARCHIVE_URL.",
        cause: error,
      });
    case status.failure:
      return new TaplineError("unavailable", `${what}: the archive could not do it (${wordsOf(error)})`, {
        remedy: "Look at the SFTP server: its disk may be full, or read-only.",
        cause: error,
      });
    default:
      return new TaplineError("unavailable", `${what}: the archive does not answer (${wordsOf(error)})`, {
        remedy: "Check that the SFTP server runs and can be reached; the work is tried again.",
        cause: error,
      });
  }
}

/** What a failed connection means. `level` is ssh2's: where it failed. */
export function mapConnectError(error: unknown, address: string, level: string | undefined): TaplineError {
  if (error instanceof TaplineError) return error;
  if (level === "client-authentication")
    return new TaplineError("misconfigured", `the archive at ${address} does not accept our key`, {
      remedy: "Add the public half of TAPLINE_ARCHIVE_KEY to the authorized keys of the archive's user.",
      cause: error,
    });
  if (level === "handshake")
    return new TaplineError(
      "unavailable",
      `no SSH handshake with the archive at ${address}: ${wordsOf(error)}`,
      {
        remedy: "Check that an OpenSSH-compatible server listens there.",
        cause: error,
      },
    );
  return new TaplineError("unavailable", `the archive at ${address} cannot be reached: ${wordsOf(error)}`, {
    remedy: "Check that the SFTP server runs and can be reached; the work is tried again.",
    cause: error,
  });
}

/** What the error says, which may be the server's own words: on one line of a terminal, and short. */
function wordsOf(error: unknown): string {
  return printableLine(messageOf(error).slice(0, 200));
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
