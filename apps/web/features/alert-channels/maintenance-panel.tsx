"use client";

import { useState } from "react";
import { type MaintenanceAsk, MaintenanceDialog } from "../../client/maintenance-dialog.tsx";
import { useMaintenance } from "../../client/use-channels.ts";
import { useMayOperate } from "../../client/viewer.tsx";
import type { MaintenanceView } from "../../contracts/alert-channels.ts";
import { Button } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Nothing, Panel, Waiting } from "../../ui/panel.tsx";
import { MaintenanceRow } from "./maintenance-row.tsx";

/** When alerts are held back: what is on now, and was; begun and ended here. */
export function MaintenancePanel() {
  const [which, setWhich] = useState<"on" | "all">("on");
  const { windows, isFailed } = useMaintenance(which);
  const [asked, setAsked] = useState<MaintenanceAsk | null>(null);
  const mayOperate = useMayOperate();
  return (
    <Panel
      title="Maintenance"
      aside={
        <div className="flex items-center gap-1">
          <Button aria-pressed={which === "all"} onClick={() => setWhich(which === "all" ? "on" : "all")}>
            {which === "all" ? "Only what is on" : "Past, too"}
          </Button>
          <Button
            kind="outline"
            className="disabled:opacity-60"
            disabled={!mayOperate}
            onClick={() => setAsked({ is: "begin" })}
          >
            Begin…
          </Button>
        </div>
      }
    >
      {isFailed ? (
        <Notice tone="warning" title="Maintenance could not be read" className="m-3">
          Whether any is on is not known. It is tried again all the time.
        </Notice>
      ) : null}
      <Windows {...{ windows, isFailed, which }} onEnd={(window) => setAsked({ is: "end", window })} />
      <MaintenanceDialog asked={asked} onClose={() => setAsked(null)} />
    </Panel>
  );
}

function Windows({
  windows,
  isFailed,
  which,
  onEnd,
}: {
  windows: readonly MaintenanceView[] | undefined;
  isFailed: boolean;
  which: "on" | "all";
  onEnd: (window: MaintenanceView) => void;
}) {
  if (windows === undefined) return isFailed ? null : <Waiting of="maintenance" />;
  if (windows.length === 0)
    return (
      <Nothing title={which === "on" ? "None is on" : "There was none"}>
        While it is on, alerts are raised and shown here, and told to nobody. What still calls at its end is
        told then.
      </Nothing>
    );
  return (
    <ul className="max-h-96 divide-y divide-line overflow-y-auto">
      {windows.map((window) => (
        <MaintenanceRow key={window.id} window={window} onEnd={() => onEnd(window)} />
      ))}
    </ul>
  );
}
