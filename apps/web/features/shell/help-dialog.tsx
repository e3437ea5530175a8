"use client";

import { everywhere } from "../../client/hotkeys.ts";
import { standingHotkeys } from "../../client/use-hotkeys.ts";
import * as strings from "../../strings/generated/shell/help-dialog.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Keys } from "./keys.tsx";

/** The keys that work on this page now, its own first. */
export function HelpDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const groups = isOpen ? standingHotkeys() : [];
  return (
    <Dialog title={strings.keys} isOpen={isOpen} onClose={onClose}>
      {groups.map(({ on, hotkeys }) => (
        <section key={on} className="not-first:mt-4">
          <h3 className="text-xs font-medium text-ink-faint">{on}</h3>
          <dl className="divide-y divide-line text-sm">
            {hotkeys.map(({ keys, does }) => (
              <Row key={does} does={does} keys={keys} />
            ))}
            {on === everywhere ? <Row does={strings.closeWhatIsOpen} keys={["Esc"]} /> : null}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}

function Row({ does, keys }: { does: string; keys: readonly string[] }) {
  return (
    <div className="flex items-center justify-between py-1.5">
      <dt className="text-ink-soft">{does}</dt>
      <dd className="flex items-center gap-1">
        <Keys keys={keys} />
      </dd>
    </div>
  );
}
