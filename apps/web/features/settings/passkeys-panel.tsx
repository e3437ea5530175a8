"use client";

import dynamic from "next/dynamic";
import { useState } from "react";
import { formatDayTime, formatSpan } from "../../client/format.ts";
import { loadPart } from "../../client/load-part.ts";
import { byName, usePasskeyTrouble } from "../../client/passkeys.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { askYouAnew } from "../../client/use-you.ts";
import type { PasskeyView } from "../../contracts/people.ts";
import { Button } from "../../ui/button.tsx";
import { Panel } from "../../ui/panel.tsx";

const AddPasskeyDialog = dynamic(() =>
  loadPart(() => import("./add-passkey-dialog.tsx").then((part) => part.AddPasskeyDialog)),
);
const RemovePasskeyDialog = dynamic(() =>
  loadPart(() => import("./remove-passkey-dialog.tsx").then((part) => part.RemovePasskeyDialog)),
);

/** One's passkeys: each can be removed, and one added where the address lets it. */
export function PasskeysPanel({ passkeys }: { passkeys: readonly PasskeyView[] }) {
  const [open, setOpen] = useState<"add" | PasskeyView | null>(null);
  const close = () => {
    setOpen(null);
    askYouAnew();
  };
  return (
    <Panel title="Passkeys">
      <div className="space-y-3 px-4 py-3 text-sm">
        <p className="text-ink-soft">
          A key in your device or password manager, unlocked by finger, face or PIN: it signs you in without
          password and code, and cannot be phished.
        </p>
        <AddWay onAdd={() => setOpen("add")} />
      </div>
      {passkeys.length === 0 ? null : (
        <ul aria-label="Passkeys" className="divide-y divide-line border-t border-line">
          {passkeys.map((passkey) => (
            <PasskeyRow key={passkey.id} passkey={passkey} onRemove={() => setOpen(passkey)} />
          ))}
        </ul>
      )}
      {open === "add" ? <AddPasskeyDialog onClose={close} /> : null}
      {open !== null && open !== "add" ? <RemovePasskeyDialog passkey={open} onClose={close} /> : null}
    </Panel>
  );
}

function AddWay({ onAdd }: { onAdd: () => void }) {
  const trouble = usePasskeyTrouble();
  if (trouble === undefined) return null;
  if (trouble === null)
    return (
      <Button kind="outline" onClick={onAdd}>
        Add a passkey…
      </Button>
    );
  if (trouble === "browser") return <p>This browser has no passkeys.</p>;
  const named = byName(window.location);
  return (
    <p>
      None can be added here: they are bound to a name, and this address is a number.{" "}
      {named === null ? (
        "Open the console by a name."
      ) : (
        <a className="underline" href={named}>
          Open it at {new URL(named).host}
        </a>
      )}
    </p>
  );
}

function PasskeyRow({ passkey, onRemove }: { passkey: PasskeyView; onRemove: () => void }) {
  const zone = useTimeZone();
  const now = serverNow();
  const { name, host, addedAtEpochMs, usedAtEpochMs } = passkey;
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 py-3 text-sm">
      <div className="min-w-0">
        <p className="font-medium [overflow-wrap:anywhere]">{name}</p>
        <p className="text-ink-soft [overflow-wrap:anywhere]">
          For {host}, added <span className="age">{formatDayTime(addedAtEpochMs, zone, now)}</span>
        </p>
        <p className="text-xs text-ink-faint">
          {usedAtEpochMs === null ? "Never used" : `Last used ${formatSpan(now - usedAtEpochMs)} ago`}
        </p>
      </div>
      <Button kind="outline" onClick={onRemove}>
        Remove…<span className="sr-only"> {name}</span>
      </Button>
    </li>
  );
}
