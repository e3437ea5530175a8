import type { ReactNode } from "react";
import * as strings from "../strings/generated/ui/open-pane.ts";
import { PaneFrame } from "./pane-frame.tsx";
import { PaneWaiting } from "./pane-waiting.tsx";

/** What the address says is open, and what is known of it. */
export interface Opened<Item> {
  /** By which it is open; `null`: nothing is. */
  id: string | null;
  /** As the list has it. */
  item: Item | null | undefined;
  /** Whether the list is known, so that what is not in it is known not to be. */
  isAnswered: boolean;
  isFailed: boolean;
  onClose: () => void;
}

/**
 * What stands beside a list: nothing, what is open, or why it cannot be shown: it is mistyped, gone, of another installation, or not read yet.
 * @param unknown what that may mean where the list has it not, and the way on
 * @param title what it is called as long as nothing else is known of it
 */
export function openPane<Item>(
  { id, item, isAnswered, isFailed, onClose }: Opened<Item>,
  { unknown, title = (name) => name }: { unknown: ReactNode; title?: (id: string) => string },
  show: (item: Item) => ReactNode,
): ReactNode {
  if (id === null) return null;
  if (item !== null && item !== undefined) return show(item);
  return (
    <PaneFrame
      kind={<span role="status">{isAnswered ? strings.notKnown : strings.notReadYet}</span>}
      title={title(id)}
      onClose={onClose}
    >
      {isAnswered ? (
        <p className="px-5 py-4 text-sm text-ink-soft">{unknown}</p>
      ) : (
        <PaneWaiting isFailed={isFailed} />
      )}
    </PaneFrame>
  );
}
