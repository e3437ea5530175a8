import type { AuditLog, KeptNote } from "@tapline/adapters/prisma";
import { checkSignatures, formatSubmission, type NoteKey, parseNote } from "@tapline/core/audit";
import { hasCode, TaplineError } from "@tapline/core/kernel";
import type { TelemetryRecorder } from "@tapline/core/telemetry";
import type { Logger } from "pino";
import { type Role, repeat } from "./role.ts";

/** A witness that is asked to cosign: where it is, and by which key it signs. */
export type WitnessAt = { readonly url: string; readonly key: NoteKey };

export type WitnessingParts = {
  readonly auditLog: Pick<AuditLog, "head" | "consistency" | "keepCosigned">;
  readonly witnesses: readonly WitnessAt[];
  readonly telemetry: Pick<TelemetryRecorder, "count">;
  readonly clock: () => number;
  readonly log: Pick<Logger, "warn" | "error">;
};

const lookEveryMs = 250;
const pauseAfterErrorMs = 5_000;
const tellAwayEveryMs = 60_000;
const tellDisputeEveryMs = 3_600_000;
const answerWithinMs = 10_000;
const maxAnswerBytes = 16 * 1024;

/**
 * Has every new checkpoint cosigned by the witnesses (c2sp.org/tlog-witness). Any number may run: a witness keeps the order.
 * What one refuses because it saw another history is told as an error, at once and then every hour, and counted each time.
 */
export function witnessAudit(parts: WitnessingParts): Role {
  const { auditLog, witnesses, clock, log } = parts;
  /** By URL: the size that the witness cosigned last, as far as it was told here. */
  const seen = new Map<string, number>();
  let doneSize = -1;
  const refusals = new Refusals(parts);
  return repeat(
    async () => {
      const { signed } = await auditLog.head();
      if (signed === null || signed.size === doneSize) return lookEveryMs;
      const lines = await Promise.all(
        witnesses.map((witness) =>
          cosignatureOf(signed, witness, seen, parts).catch((error: unknown) => {
            refusals.tell(witness.key.name, error);
            return null;
          }),
        ),
      );
      const got = lines.filter((line) => line !== null);
      if (got.length > 0)
        await auditLog.keepCosigned({ ...signed, note: signed.note + got.join(""), atEpochMs: clock() });
      if (got.length < witnesses.length) return pauseAfterErrorMs;
      doneSize = signed.size;
      return lookEveryMs;
    },
    (error) => log.error({ err: error }, "the audit log's checkpoints could not be shown to its witnesses"),
    pauseAfterErrorMs,
  );
}

/** Tells what witnesses refuse, so that it is neither overlooked nor drowned in itself. */
class Refusals {
  readonly #parts: Pick<WitnessingParts, "clock" | "log">;
  /** By witness: what was told last, and when. */
  readonly #told = new Map<string, { readonly disputed: boolean; readonly atEpochMs: number }>();

  constructor(parts: Pick<WitnessingParts, "clock" | "log">) {
    this.#parts = parts;
  }

  tell(witness: string, error: unknown): void {
    const { clock, log } = this.#parts;
    const disputed = hasCode(error, "corrupt");
    const told = this.#told.get(witness);
    const isOld =
      Math.abs(clock() - (told?.atEpochMs ?? 0)) >= (disputed ? tellDisputeEveryMs : tellAwayEveryMs);
    if (told?.disputed === disputed && !isOld) return;
    this.#told.set(witness, { disputed, atEpochMs: clock() });
    if (disputed) log.error({ err: error, witness }, "a witness saw ANOTHER HISTORY of the audit log");
    else log.warn({ err: error, witness }, "a witness gave no cosignature; it is asked again");
  }
}

/**
 * Null where another process has shown the witness more than was read here: it is to be asked anew.
 * @throws TaplineError `unavailable` (no answer, or none of the protocol's), `corrupt` (it saw another history, or signs wrongly)
 */
async function cosignatureOf(
  signed: KeptNote,
  witness: WitnessAt,
  seen: Map<string, number>,
  parts: WitnessingParts,
): Promise<string | null> {
  const first = await submit(signed, seen.get(witness.url) ?? 0, witness, parts);
  const isBehind = first.otherSize !== null && first.otherSize <= signed.size;
  const answer = isBehind ? await submit(signed, first.otherSize, witness, parts) : first;
  if (answer.lines === null) {
    // A checkpoint is in the database before any witness sees it: what another process showed is there by now.
    const { signed: newest } = await parts.auditLog.head();
    if (newest !== null && newest.size >= answer.otherSize) return null;
    const why = `it cosigned a log of ${answer.otherSize} entries, and this one has ${newest?.size ?? 0}`;
    throw disputed(signed, witness, parts, why);
  }
  const verdicts = checkSignatures(parseNote(signed.note + answer.lines), [witness.key]);
  if (verdicts.length === 0)
    throw new TaplineError("corrupt", `the witness ${witness.key.name} answered with signatures of others`, {
      remedy: "compare its verifier key in TAPLINE_WITNESSES with the one that it tells at GET /",
    });
  seen.set(witness.url, signed.size);
  return answer.lines;
}

type Submitted =
  | { readonly lines: string; readonly otherSize: null }
  | { readonly lines: null; readonly otherSize: number };

async function submit(
  signed: KeptNote,
  oldSize: number,
  witness: WitnessAt,
  parts: WitnessingParts,
): Promise<Submitted> {
  if (oldSize > signed.size)
    throw disputed(
      signed,
      witness,
      parts,
      `it cosigned a log of ${oldSize} entries, and this one has ${signed.size}`,
    );
  const proof = await parts.auditLog.consistency(oldSize, signed.size);
  const answer = await fetch(new URL("add-checkpoint", witness.url), {
    method: "POST",
    body: formatSubmission(oldSize, proof, signed.note),
    redirect: "error",
    signal: AbortSignal.timeout(answerWithinMs),
  }).catch((cause: unknown) => {
    throw new TaplineError(
      "unavailable",
      `the witness ${witness.key.name} does not answer at ${witness.url}`,
      { cause },
    );
  });
  const text = await readShort(answer);
  if (answer.status === 200) return { lines: text, otherSize: null };
  if (answer.status === 422) throw disputed(signed, witness, parts, "its consistency proof was refused");
  const size = /^(0|[1-9]\d{0,15})\n$/.exec(text)?.[1];
  if (answer.status === 409 && size !== undefined) {
    if (Number(size) === oldSize)
      throw disputed(signed, witness, parts, `it cosigned another root at ${size} entries`);
    return { lines: null, otherSize: Number(size) };
  }
  throw new TaplineError(
    "unavailable",
    `the witness ${witness.key.name} answered ${answer.status}: ${text.slice(0, 200).trim()}`,
    {
      remedy: answer.status === 404 ? "give it the log's verifier key: tapline audit key" : "look at its log",
    },
  );
}

async function readShort(answer: Response): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxAnswerBytes) break;
    parts.push(Buffer.from(chunk));
  }
  return Buffer.concat(parts).toString("utf8");
}

/** The one error that nobody may overlook: somebody was shown another history. */
function disputed(
  signed: KeptNote,
  { key }: WitnessAt,
  { telemetry }: WitnessingParts,
  why: string,
): TaplineError {
  telemetry.count("audit.disputed");
  return new TaplineError("corrupt", `the witness ${key.name} saw another history of the audit log: ${why}`, {
    remedy:
      "was the database restored from a backup? Then it lacks entries that the witness saw. If tapline audit verify --full finds the log " +
      "whole, compare what the witness kept with a checkpoint that the auditor has: its memory may have been changed. Else somebody " +
      "rewrote the log: keep all that there is",
    facts: { witness: key.name, size: signed.size },
  });
}
