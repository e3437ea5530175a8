import { type ProofAnswer, ProofQueue } from "@tapline/adapters/bullmq";
import { queuePrefix } from "@tapline/adapters/redis";
import type { ArchiveSet } from "@tapline/adapters/sftp";
import { TaplineError } from "@tapline/core/kernel";
import { formatTapProof } from "@tapline/core/transfer";
import { type ProofParts, proveTap } from "../care/prove-tap.ts";
import { need, readSetting } from "../read-setting.ts";
import type { Role } from "../roles/role.ts";
import { TakenOverLog } from "../roles/taken-over-log.ts";
import { segmentProver } from "./commands/proofs.ts";
import type { Parts } from "./parts.ts";

/** Part of the role `transfer`: makes proofs of taps for processes that have no way to an archive, such as the console. */
export async function startProving(
  { config, prisma, index, redis, log }: Parts,
  archives: ArchiveSet,
): Promise<Role> {
  const pem = await readSetting(need(config.TAPLINE_TRUST, "TAPLINE_TRUST", "transfer"), "TAPLINE_TRUST");
  const parts: ProofParts = {
    archive: archives,
    trust: { trust: { rootPems: [pem], crlPems: [pem] } },
    findSegment: ({ tracker, epoch, seq }) => index.segmentOf(tracker, epoch ?? null, seq),
    proveSegment: segmentProver(prisma),
    onPassed: () => undefined,
  };
  const queue = new ProofQueue(redis, queuePrefix);
  const takenOver = new TakenOverLog(log, { stage: "proof" });
  queue.work(
    async (wish): Promise<ProofAnswer> => {
      try {
        return { is: "made", proof: formatTapProof(await proveTap(wish, parts)).toString("utf8") };
      } catch (error) {
        log.warn({ err: error, tracker: wish.tracker, seq: wish.seq }, "a tap could not be proven");
        return answerOf(error);
      }
    },
    {
      concurrency: 2,
      onError: (err) => log.warn({ err }, "a proof was asked for, and its answer is not known"),
      onTakenOver: (attempts) => takenOver.note(attempts),
    },
  );
  return { stop: (graceMs) => queue.close(graceMs) };
}

function answerOf(error: unknown): ProofAnswer {
  if (!(error instanceof TaplineError)) {
    const remedy = "the log of the worker with the role transfer says why";
    return { is: "failed", code: "unavailable", message: "the proof could not be made", remedy };
  }
  // It is the manifest's signer whom nobody knows, not whoever asks.
  const code = error.code === "unauthenticated" ? "corrupt" : error.code;
  const [message, remedy] = [error.message.slice(0, 1_000), error.remedy?.slice(0, 1_000) ?? null];
  return { is: "failed", code, message, remedy };
}
