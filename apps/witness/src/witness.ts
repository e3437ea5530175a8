import type { KeyObject } from "node:crypto";
import {
  cosignNote,
  formatSignature,
  judgeSubmission,
  type NoteKey,
  parseSubmission,
  type Submission,
  type WitnessVerdict,
} from "@tapline/core/audit";
import type { Logger } from "pino";
import type { HeadStore } from "./head-store.ts";

export type WitnessParts = {
  readonly key: NoteKey;
  readonly privateKey: KeyObject;
  readonly heads: HeadStore;
  /** The keys of all logs that are watched, as they stand now. */
  readonly logKeys: () => Promise<readonly NoteKey[]>;
  readonly clock: () => number;
  readonly log: Pick<Logger, "info" | "error">;
};

/** What is answered over HTTP. */
export type Answer = { readonly status: number; readonly type: string; readonly body: string };

const plain = "text/plain; charset=utf-8";

/** Cosigns what logs submit, one submission after the other: so none is judged by a head that is about to change. */
export class Witness {
  readonly #parts: WitnessParts;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(parts: WitnessParts) {
    this.#parts = parts;
  }

  /** `add-checkpoint` of c2sp.org/tlog-witness. */
  async addCheckpoint(body: string): Promise<Answer> {
    const answer = this.#tail.then(() => this.#judge(parseSubmission(body)));
    this.#tail = answer.catch(() => undefined);
    return await answer;
  }

  async #judge(submission: Submission | null): Promise<Answer> {
    const { heads, logKeys } = this.#parts;
    const keys = await logKeys();
    const verdict = judgeSubmission(
      submission,
      (origin) => keys.filter(({ name }) => name === origin),
      (origin) => heads.find(origin),
    );
    if (verdict.is !== "cosign" || submission === null) return this.#refuse(verdict, submission);
    const { checkpoint, note } = submission;
    await heads.keep(checkpoint.origin, verdict.head);
    const atEpochS = Math.floor(this.#parts.clock() / 1000);
    const signature = cosignNote(note.text, this.#parts.key, this.#parts.privateKey, atEpochS);
    return { status: 200, type: plain, body: formatSignature(signature) };
  }

  #refuse(verdict: WitnessVerdict, submission: Submission | null): Answer {
    switch (verdict.is) {
      case "conflict":
        return { status: 409, type: "text/x.tlog.size", body: `${verdict.size}\n` };
      case "fork": {
        const origin = submission?.checkpoint.origin ?? "";
        this.#parts.log.error(
          { origin, cosigned: this.#parts.heads.find(origin)?.size, submitted: submission?.note.text },
          "a log showed two histories: what it submitted does not begin with what was cosigned before",
        );
        if (verdict.sameSize)
          return { status: 409, type: "text/x.tlog.size", body: `${submission?.checkpoint.size}\n` };
        return {
          status: 422,
          type: plain,
          body: "the checkpoint does not begin with the one that was cosigned\n",
        };
      }
      case "unknown":
        return { status: 404, type: plain, body: "this log is not watched here\n" };
      case "unsigned":
        return { status: 403, type: plain, body: "no key of the log signed this checkpoint\n" };
      default:
        return { status: 400, type: plain, body: "this is no submission of a checkpoint\n" };
    }
  }
}
