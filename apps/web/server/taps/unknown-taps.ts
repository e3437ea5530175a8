import { TaplineError } from "@tapline/core/kernel";

/** Said of a tracker's tap that there is not, and of one that whoever asks does not see: in the same words. */
export const noTrackerTap = (tracker: string, seq: number) =>
  new TaplineError("not-found", `no tap ${seq} of tracker ${tracker} is known`, {
    remedy:
      "it may be with its agent yet, or was refused: what was refused is found by its agent's number, such as gate-1/1/845",
  });

/** The same of an agent's. */
export const noAgentTap = ({ agent, epoch, seq }: { agent: string; epoch: number; seq: number }) =>
  new TaplineError("not-found", `agent ${agent} is not known to have read a tap ${epoch}/${seq}`, {
    remedy: "agents tell once a minute how far they have come: look again then",
  });

/** The same of a segment. */
export const noSegment = (id: string) =>
  new TaplineError("not-found", `no segment ${id} is known`, {
    remedy:
      "one whose taps were all refused or duplicates leaves none; see the audit log for what became of it",
  });
