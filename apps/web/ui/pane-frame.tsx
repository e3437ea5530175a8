import { X } from "lucide-react";
import type { ReactNode } from "react";
import * as strings from "../strings/generated/ui/pane-frame.ts";
import { Button } from "./button.tsx";
import { cn } from "./cn.ts";

/** The head of what is open beside a list, all that is known of it, and at the foot what can be done about it. */
export function PaneFrame({
  kind,
  title,
  under,
  isCalling = false,
  onClose,
  children,
  acts,
}: {
  /** How it stands, in few words. */
  kind: ReactNode;
  title: string;
  /** What else names it. */
  under?: ReactNode;
  /** Whether it calls for somebody. */
  isCalling?: boolean;
  onClose: () => void;
  children: ReactNode;
  acts?: ReactNode;
}) {
  return (
    <>
      <section
        aria-label={strings.whatIsKnown}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys (axe: scrollable-region-focusable)
        tabIndex={0}
        className="min-h-0 flex-1 overflow-y-auto -outline-offset-2"
      >
        <header className="border-b border-line px-5 pt-4 pb-3">
          <div className="flex items-start gap-2">
            <p
              className={cn("age flex-1 text-xs font-semibold", isCalling ? "text-warning" : "text-ink-soft")}
            >
              {isCalling ? <span aria-hidden>▲ </span> : null}
              {kind}
            </p>
            <Button aria-label={strings.close} className="-mt-1.5 -mr-2 size-8 px-0" onClick={onClose}>
              <X aria-hidden className="size-4" />
            </Button>
          </div>
          <h2 className="mt-1 text-base leading-snug font-semibold [overflow-wrap:anywhere]">{title}</h2>
          {under === undefined ? null : <p className="mt-1 text-xs text-ink-faint">{under}</p>}
        </header>
        {children}
      </section>
      {acts}
    </>
  );
}
