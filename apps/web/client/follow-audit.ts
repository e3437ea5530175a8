import type { AuditBatch, AuditWatch } from "../contracts/events.ts";
import { liveSocket } from "./live-socket.ts";

const answerMs = 5_000;
const retryMs = 2_000;

export interface AuditFollowing {
  /** Which entries. */
  watch: Omit<AuditWatch, "from">;
  /** From now on entries are told: what is there already is to be asked for. Again where more was missed than is told. */
  begun: () => void;
  told: (batch: AuditBatch) => void;
}

/**
 * Follows entries of the audit log as they get their places, until called off. After a break it goes on where it stood.
 * @returns what ends it
 */
export function followAudit({ watch, begun, told }: AuditFollowing): () => void {
  const socket = liveSocket();
  let next: number | undefined;
  let isEnded = false;
  // Batches that come before the answer are of another watch.
  let isBegun = false;
  let retry: ReturnType<typeof setTimeout> | undefined;
  const begin = async (): Promise<void> => {
    isBegun = false;
    clearTimeout(retry);
    const answer = await socket
      .timeout(answerMs)
      .emitWithAck("watchAudit", { ...watch, ...(next === undefined ? {} : { from: next }) })
      .catch(() => null);
    if (isEnded) return;
    if (answer?.is === "watching") {
      isBegun = true;
      const isFirst = next === undefined;
      next = answer.from;
      if (isFirst) begun();
      return;
    }
    if (answer?.is === "too-far") next = undefined;
    retry = setTimeout(() => void (socket.connected && begin()), answer?.is === "too-far" ? 0 : retryMs);
  };
  const take = (batch: AuditBatch, received: () => void): void => {
    if (isBegun) {
      next = batch.next;
      told(batch);
    }
    received();
  };
  const again = (): void => void begin();
  socket.on("auditEntries", take).on("connect", again);
  if (socket.connected) again();
  return () => {
    isEnded = true;
    clearTimeout(retry);
    socket.off("auditEntries", take).off("connect", again).emit("unwatchAudit");
  };
}
