"use client";

import { useState } from "react";
import { type MaintenanceAsk, MaintenanceDialog } from "../../client/maintenance-dialog.tsx";
import { useMaintenance } from "../../client/use-channels.ts";
import { useMayOperate } from "../../client/viewer.tsx";
import type { MaintenanceView } from "../../contracts/alert-channels.ts";
import * as strings from "../../strings/generated/alert-channels/maintenance-panel.ts";
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
      title={strings.maintenance}
      aside={
        <div className="flex items-center gap-1">
          <Button aria-pressed={which === "all"} onClick={() => setWhich(which === "all" ? "on" : "all")}>
            {which === "all" ? strings.onlyWhatIsOn : strings.pastToo}
          </Button>
          <Button
            kind="outline"
            className="disabled:opacity-60"
            disabled={!mayOperate}
            onClick={() => setAsked({ is: "begin" })}
          >
            {strings.begin}
          </Button>
        </div>
      }
    >
      {isFailed ? (
        <Notice tone="warning" title={strings.maintenanceCouldNotBeRead} className="m-3">
          {strings.whetherAnyIsOnIs}
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
  if (windows === undefined) return isFailed ? null : <Waiting of={strings.maintenanceName} />;
  if (windows.length === 0)
    return (
      <Nothing title={which === "on" ? strings.noneIsOn : strings.thereWasNone}>
        {strings.whileItIsOnAlerts}
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
