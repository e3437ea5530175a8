import * as strings from "../strings/generated/client/ago.ts";
import { formatSpan } from "./format.ts";

/** How long ago a moment was. */
export const ago = (epochMs: number, nowEpochMs: number): string =>
  strings.spanAgo({ span: formatSpan(nowEpochMs - epochMs) });
