import { X } from "lucide-react";
import type { ReactNode } from "react";
import * as strings from "../strings/generated/ui/notice.ts";
import { Button } from "./button.tsx";
import { cn } from "./cn.ts";

/** Shape and words carry the meaning; the colour only helps. */
const tones = {
  critical: {
    shape: "◆",
    word: strings.critical,
    look: "bg-critical-surface border-critical",
    ink: "text-critical",
  },
  warning: {
    shape: "▲",
    word: strings.warning,
    look: "bg-warning-surface border-warning",
    ink: "text-warning",
  },
  info: { shape: "●", word: strings.note, look: "bg-info-surface border-line-strong", ink: "text-info" },
} as const;

export type Tone = keyof typeof tones;

export function Notice({
  tone,
  title,
  children,
  action,
  onDismiss,
  className,
}: {
  tone: Tone;
  title: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
  /** Whoever has read it may put it away. */
  onDismiss?: () => void;
  className?: string;
}) {
  const { shape, word, look, ink } = tones[tone];
  return (
    <div className={cn("notice", look, className)}>
      <span aria-hidden className={cn("mt-px text-sm leading-5", ink)}>
        {shape}
      </span>
      <div className="min-w-0 flex-1 text-sm leading-5">
        <p className={cn("font-semibold", ink)}>
          <span className="sr-only">{word}: </span>
          {title}
        </p>
        {children === undefined ? null : <div className="mt-0.5 text-ink">{children}</div>}
      </div>
      {action}
      {onDismiss === undefined ? null : (
        <Button aria-label={strings.putAway} className="-my-1 -mr-2 size-7 px-0" onClick={onDismiss}>
          <X aria-hidden className="size-4" />
        </Button>
      )}
    </div>
  );
}
