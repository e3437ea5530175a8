import type { ReactNode } from "react";
import * as strings from "../strings/generated/ui/unknown-pane.ts";
import { PaneFrame } from "./pane-frame.tsx";
import { PaneWaiting } from "./pane-waiting.tsx";

/** What is open by its address and not in the list: mistyped, gone, or of another installation. `children`: what that may mean, and the way on. */
export function UnknownPane({
  title,
  isAnswered,
  isFailed,
  onClose,
  children,
}: {
  title: string;
  /** Whether the list is known, so that it is not in it. */
  isAnswered: boolean;
  isFailed: boolean;
  onClose: () => void;
  children: ReactNode;
}) {
  return (
    <PaneFrame
      kind={<span role="status">{isAnswered ? strings.notKnown : strings.notReadYet}</span>}
      title={title}
      onClose={onClose}
    >
      {isAnswered ? (
        <p className="px-5 py-4 text-sm text-ink-soft">{children}</p>
      ) : (
        <PaneWaiting isFailed={isFailed} />
      )}
    </PaneFrame>
  );
}
