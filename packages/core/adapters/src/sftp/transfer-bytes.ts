import type { SftpSession } from "./sftp-session.ts";
import { oneAtATime } from "./throttle.ts";

/** Fits one packet of ssh2 and of OpenSSH alike, so that each piece is one round trip. */
const pieceBytes = 31 * 1024;
const maxInFlight = 64;

/** Writes `bytes` to an open file, 64 pieces in flight. */
export async function writeAll(session: SftpSession, handle: Buffer, bytes: Buffer): Promise<void> {
  await inPieces(session, bytes.length, (offset, length) =>
    session.call<unknown>((reply) => session.sftp.write(handle, bytes, offset, length, offset, reply)),
  );
}

/** Reads up to `length` bytes of an open file, 64 pieces in flight; fewer where the file is shorter. */
export async function readAll(session: SftpSession, handle: Buffer, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let end = length;
  await inPieces(session, length, async (offset, pieceLength) => {
    let done = 0;
    while (done < pieceLength) {
      const at = offset + done;
      const got = await session.call<number>((reply) =>
        session.sftp.read(handle, bytes, at, pieceLength - done, at, (error, count) => reply(error, count)),
      );
      if (got === 0) {
        end = Math.min(end, at);
        return;
      }
      done += got;
    }
  });
  return bytes.subarray(0, end);
}

/** Hands out `[offset, length]` of every piece to `maxInFlight` workers; the first failure stops them all. */
async function inPieces(
  session: SftpSession,
  total: number,
  act: (offset: number, length: number) => Promise<unknown>,
): Promise<void> {
  const pace = oneAtATime(session.throttle);
  let next = 0;
  let failed = false;
  const work = async (): Promise<void> => {
    while (next < total && !failed) {
      const offset = next;
      next += pieceBytes;
      const length = Math.min(pieceBytes, total - offset);
      if (pace !== null) await pace(length);
      await act(offset, length).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  const workers = Math.min(maxInFlight, Math.ceil(total / pieceBytes));
  await Promise.all(Array.from({ length: workers }, work));
}
