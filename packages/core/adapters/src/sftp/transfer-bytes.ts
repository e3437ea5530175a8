import type { SftpSession } from "./sftp-session.ts";
import { oneAtATime } from "./throttle.ts";

/** Fits one packet of ssh2 and of OpenSSH alike, so that each piece is one round trip. */
const pieceBytes = 31 * 1024;

/**
 * Writes `bytes` to an open file, in pieces, as many in flight as the connection takes.
 * @returns once nothing more is to be sent; `done` resolves once all is answered
 */
export async function writeAll(
  session: SftpSession,
  handle: Buffer,
  bytes: Buffer,
): Promise<{ readonly done: Promise<void> }> {
  const { sent, done } = inPieces(session, bytes.length, (offset, length) =>
    session.call<unknown>((reply) => session.sftp.write(handle, bytes, offset, length, offset, reply)),
  );
  await sent;
  return { done };
}

/** Reads up to `length` bytes of an open file, as many pieces in flight as the connection takes; fewer where the file is shorter. */
export async function readAll(session: SftpSession, handle: Buffer, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let end = length;
  const { done: allRead } = inPieces(session, length, async (offset, pieceLength) => {
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
  await allRead;
  return bytes.subarray(0, end);
}

/** Acts on `[offset, length]` of every piece, in order; the first failure stops it. `sent`: nothing more is to be asked for; never rejects. */
function inPieces(
  session: SftpSession,
  total: number,
  act: (offset: number, length: number) => Promise<unknown>,
): { readonly sent: Promise<void>; readonly done: Promise<void> } {
  const pace = oneAtATime(session.throttle);
  const under: Promise<void>[] = [];
  const faults: unknown[] = [];
  const send = async (): Promise<void> => {
    for (let offset = 0; offset < total && faults.length === 0; offset += pieceBytes) {
      const length = Math.min(pieceBytes, total - offset);
      if (pace !== null) await pace(length);
      const giveBack = await session.inFlight.take();
      const acting = act(offset, length).catch((error: unknown) => void faults.push(error));
      under.push(acting.then(giveBack));
    }
  };
  const sent = send();
  const done = sent
    .then(() => Promise.all(under))
    .then(() => {
      if (faults.length > 0) throw faults[0];
    });
  return { sent, done };
}
