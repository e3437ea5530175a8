import type { OtlpOptions } from "../receiver/resource.ts";
import { receiverOf } from "../receiver/settings.ts";
import { switchOn } from "./spans.ts";
import type { Tracing } from "./tracing.ts";

/** Switches traces on for this process where a receiver is set; null where none is, and then nothing of the SDK is loaded. */
export async function openTracing(options: OtlpOptions): Promise<Tracing | null> {
  const receiver = receiverOf(options.settings, "traces");
  if (receiver === null) return null;
  const { recordSpans } = await import("./record-spans.ts");
  switchOn();
  return recordSpans(receiver, options);
}
