import { messageOf, TaplineError } from "@tapline/core/kernel";
import { isAnswer } from "./map-error.ts";
import type { SftpSession } from "./sftp-session.ts";
import type { SpaceLevel } from "./sftp-settings.ts";

export type SpaceBounds = { readonly warnFreeBytes: number; readonly stopFreeBytes: number };

const checkEveryMs = 30_000;
/** While nothing may be written the answer is wanted sooner, so that work goes on once there is room. */
const recheckEveryMs = 2_000;

/** The room below a folder for us, bytes; null where the server does not say (statvfs@openssh.com). */
export async function freeBytesOf(session: SftpSession, folder: string): Promise<number | null> {
  if (!session.offers("statvfs@openssh.com")) return null;
  try {
    // A plain object in ssh2, which @types/ssh2 does not name.
    const stats = await session.call<{ f_bavail: number; f_frsize: number }>((reply) =>
      session.sftp.ext_openssh_statvfs(folder, reply as never),
    );
    return Number(stats.f_bavail) * Number(stats.f_frsize);
  } catch (error) {
    if (isAnswer(error)) return null;
    throw error;
  }
}

/** Watches the room that an archive has left: asks now and then, tells of each change, refuses writing where none is. */
export class SpaceWatch {
  readonly #bounds: SpaceBounds;
  readonly #onSpace: (space: { readonly level: SpaceLevel; readonly freeBytes: number }) => void;
  #level: SpaceLevel = "plenty";
  #freeBytes = Number.POSITIVE_INFINITY;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(
    bounds: SpaceBounds,
    onSpace: (space: { readonly level: SpaceLevel; readonly freeBytes: number }) => void,
  ) {
    this.#bounds = bounds;
    this.#onSpace = onSpace;
  }

  /** Before a write. @throws TaplineError `unavailable` where there is too little room */
  async check(session: SftpSession, folder: string): Promise<void> {
    if (Math.max(this.#bounds.warnFreeBytes, this.#bounds.stopFreeBytes) === 0) return;
    const everyMs = this.#level === "none" ? recheckEveryMs : checkEveryMs;
    if (performance.now() - this.#askedAt > everyMs) await this.#ask(session, folder);
    if (this.#level === "none") throw tooLittle(this.#freeBytes, this.#bounds.stopFreeBytes);
  }

  async #ask(session: SftpSession, folder: string): Promise<void> {
    this.#askedAt = performance.now();
    const freeBytes = await freeBytesOf(session, folder);
    if (freeBytes === null) return;
    this.#freeBytes = freeBytes;
    const { warnFreeBytes, stopFreeBytes } = this.#bounds;
    const level = freeBytes < stopFreeBytes ? "none" : freeBytes < warnFreeBytes ? "scarce" : "plenty";
    if (level === this.#level) return;
    this.#level = level;
    this.#onSpace({ level, freeBytes });
  }
}

/** What a refused write means where the server says that its disk has no room for it; else the error as it was. */
export async function explainFullDisk(
  session: SftpSession,
  folder: string,
  bytes: number,
  error: unknown,
): Promise<unknown> {
  if (!session.alive || !isAnswer(error)) return error;
  const freeBytes = await freeBytesOf(session, folder).catch(() => null);
  if (freeBytes === null || freeBytes > bytes) return error;
  return new TaplineError(
    "unavailable",
    `the archive's disk is full: ${freeBytes} bytes are free, ${bytes} were to be written (${messageOf(error)})`,
    { remedy: "Make room on the archive's disk; the upload is tried again by itself.", cause: error },
  );
}

function tooLittle(freeBytes: number, stopFreeBytes: number): TaplineError {
  return new TaplineError(
    "unavailable",
    `the archive has ${freeBytes} bytes left, less than the ${stopFreeBytes} that must stay free`,
    { remedy: "Make room on the archive's disk; uploads go on by themselves.", facts: { freeBytes } },
  );
}
