import { FaultPoints } from "./fault-points.ts";
import { asItIs, type Instrument, instrumentWith } from "./instrument.ts";

export type { Instrument } from "./instrument.ts";

/**
 * Fault points of this process: there only where they are asked for and a parent that forked it listens; else ports
 * stay what they are.
 */
export function openFaultPoints(setting: "on" | "off"): Instrument {
  if (setting === "off" || process.send === undefined) return asItIs;
  return instrumentWith(
    new FaultPoints({
      send: (news) => process.send?.(news),
      listen: (onMessage) => process.on("message", onMessage),
      die: () => process.kill(process.pid, "SIGKILL"),
    }),
  );
}
