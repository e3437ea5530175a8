import { TaplineError } from "@tapline/core/kernel";
import { isAnswer } from "./map-error.ts";
import { createRemote, removeQuietly, renameRemote, statRemote } from "./remote-file.ts";
import type { SftpSession } from "./sftp-session.ts";

/**
 * Whether the server's plain rename refuses a name that is taken, as SFTP version 3 asks for. Found out by trying it on two
 * empty files of ours; both end in `.part` and are removed again.
 * @param stem absolute path that is ours alone, without an ending
 */
export async function refusesToOverwrite(session: SftpSession, stem: string): Promise<boolean> {
  const [from, to] = [`${stem}-a.part`, `${stem}-b.part`];
  try {
    await createRemote(session, from);
    await createRemote(session, to);
    return !(await renameRemote(session, from, to));
  } finally {
    await Promise.all([removeQuietly(session, from), removeQuietly(session, to)]);
  }
}

/**
 * A rename that never overwrites, on a server whose own does: whoever makes `<to>.claim.part` first may look whether `to` is
 * there and rename.
 * @returns false where `to` is taken
 * @throws TaplineError `unavailable` while another holds the claim; one that was left behind goes with the orphans
 */
export async function renameUnderClaim(session: SftpSession, from: string, to: string): Promise<boolean> {
  const claim = `${to}.claim.part`;
  try {
    await createRemote(session, claim);
  } catch (error) {
    if (!isAnswer(error) || (await statRemote(session, claim)) === null) throw error;
    throw new TaplineError("unavailable", `${to} is being renamed by another process`, {
      remedy: `Nothing to do: it is tried again. If it stays, a process was killed meanwhile: ${claim} is removed after a day.`,
      cause: error,
    });
  }
  try {
    if ((await statRemote(session, to)) !== null) return false;
    return await renameRemote(session, from, to);
  } finally {
    await removeQuietly(session, claim);
  }
}
