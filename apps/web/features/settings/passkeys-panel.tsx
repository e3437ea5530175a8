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
import * as strings from "../../strings/generated/settings/passkeys-panel.ts";
import { rich } from "../../strings/rich.tsx";
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
    <Panel title={strings.passkeys}>
      <div className="space-y-3 px-4 py-3 text-sm">
        <p className="text-ink-soft">{strings.aKeyInYourDevice}</p>
        <AddWay onAdd={() => setOpen("add")} />
      </div>
      {passkeys.length === 0 ? null : (
        <ul aria-label={strings.passkeys} className="divide-y divide-line border-t border-line">
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
        {strings.addAPasskey}
      </Button>
    );
  if (trouble === "browser") return <p>{strings.thisBrowserHasNoPasskeys}</p>;
  const named = byName(window.location);
  return (
    <p>
      {strings.noneCanBeAddedHere}{" "}
      {named === null ? (
        strings.openTheConsoleByA
      ) : (
        <a className="underline" href={named}>
          {strings.openItAtHost({ host: new URL(named).host })}
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
          {rich(strings.forHostAddedTime, {
            host,
            time: <span className="age">{formatDayTime(addedAtEpochMs, zone, now)}</span>,
          })}
        </p>
        <p className="text-xs text-ink-faint">
          {usedAtEpochMs === null
            ? strings.neverUsed
            : strings.lastUsedSpanAgo({ span: formatSpan(now - usedAtEpochMs) })}
        </p>
      </div>
      <Button kind="outline" onClick={onRemove}>
        {rich(strings.removeName, { name: <span className="sr-only"> {name}</span> })}
      </Button>
    </li>
  );
}
