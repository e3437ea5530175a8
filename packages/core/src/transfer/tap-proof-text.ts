import { checkpointText, seenLines } from "../audit/index.ts";
import type { ProvenTap } from "./tap-proof.ts";

/** For people: what a proof proves, and what not. @param withPacket the tap's bytes were given, and are the ones */
export function provenTapText({ tap, segment, signer, log }: ProvenTap, withPacket: boolean): string {
  const lines = [
    `proven: tap ${tap.seq} of tracker ${tap.tracker} (epoch ${tap.epoch}), SHA-256 ${tap.digest}${withPacket ? ", the given bytes" : ""},`,
    `  is one of segment ${segment}, as signed by ${signer.subject} at ${iso(signer.signedAtEpochMs)} by its own clock`,
  ];
  const missing = ["that the tracker measured rightly, or who wore it"];
  if (!withPacket) missing.push("which bytes the tap has, until you give them by --packet");
  if (log === null) missing.push("that the audit log knows of it: make the proof anew");
  else {
    lines.push(
      `  and entry ${log.index} of the log ${log.checkpoint.origin} says so, recorded at ${iso(log.entry.atEpochMs)}`,
      `  under its checkpoint of ${checkpointText(log.checkpoint)}`,
    );
    const seen = seenLines(log.signatures);
    lines.push(...seen);
    if (seen.length === 0)
      missing.push("that the log showed everybody the same history: give a witness's key beside the log's");
  }
  return `${lines.join("\n")}\nnot proven: ${missing.join("; ")}\n`;
}

const iso = (epochMs: number): string => new Date(epochMs).toISOString();
