import type { VirtualCard } from "../../../../../tools/test-servers/pcscd/index.ts";
import { CardFault } from "./card-steps.ts";
import { readTag, type WholeMessage } from "./read-tag.ts";

export type Kind = "type-2" | "type-4";

/** Carries the steps out against `card`, at most `maxSteps` of them. */
export function read(kind: Kind, card: Pick<VirtualCard, "respond">, rereads = 3, maxSteps = 100_000) {
  const steps = readTag(kind, rereads);
  const sent: string[] = [];
  let response: Buffer = Buffer.alloc(0);
  for (let count = 0; count < maxSteps; count += 1) {
    const step = steps.next(response);
    if (step.done === true) return { ...step.value, sent };
    if ("pauseMs" in step.value) {
      response = Buffer.alloc(0);
      continue;
    }
    sent.push(step.value.apdu.toString("hex"));
    const answer = card.respond(step.value.apdu);
    response = typeof answer === "string" ? Buffer.alloc(0) : answer;
  }
  throw new Error(`no end after ${maxSteps} steps`);
}

export function faultOf(act: () => WholeMessage): CardFault {
  try {
    act();
  } catch (error) {
    if (error instanceof CardFault) return error;
    throw error;
  }
  throw new Error("no fault");
}
