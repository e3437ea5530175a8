import type { Severity } from "@tapline/core/alerts";
import * as strings from "../strings/generated/ui/severity.ts";
import { cn } from "./cn.ts";

/** Shape and word carry the meaning; the colour only helps. */
export const severityLooks: Record<Severity, { shape: string; word: string; ink: string }> = {
  critical: { shape: "◆", word: strings.critical, ink: "text-critical" },
  warning: { shape: "▲", word: strings.warning, ink: "text-warning" },
  info: { shape: "●", word: strings.info, ink: "text-info" },
};

/** The shape of a severity, with its word for those who do not see it. `isCalm`: without colour. */
export function SeverityMark({ severity, isCalm = false }: { severity: Severity; isCalm?: boolean }) {
  const { shape, word, ink } = severityLooks[severity];
  return (
    <>
      <span aria-hidden className={cn("leading-none", isCalm ? "text-ink-faint" : ink)}>
        {shape}
      </span>
      <span className="sr-only">{word}: </span>
    </>
  );
}
