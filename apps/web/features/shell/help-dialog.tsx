"use client";

import type { Hotkey } from "../../client/hotkeys.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Kbd } from "../../ui/kbd.tsx";

export function HelpDialog({
  hotkeys,
  isOpen,
  onClose,
}: {
  hotkeys: readonly Hotkey[];
  isOpen: boolean;
  onClose: () => void;
}) {
  return (
    <Dialog title="Keys" isOpen={isOpen} onClose={onClose}>
      <dl className="divide-y divide-line text-sm">
        {hotkeys.map(({ keys, does }) => (
          <div key={does} className="flex items-center justify-between py-2">
            <dt className="text-ink-soft">{does}</dt>
            <dd className="flex items-center gap-1">
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dd>
          </div>
        ))}
        <div className="flex items-center justify-between py-2">
          <dt className="text-ink-soft">Close what is open</dt>
          <dd>
            <Kbd>Esc</Kbd>
          </dd>
        </div>
      </dl>
    </Dialog>
  );
}
