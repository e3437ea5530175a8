"use client";

import type { Alert, AlertAct } from "@tapline/core/alerts";
import dynamic from "next/dynamic";
import { loadPart } from "../../client/load-part.ts";
import { AskDialog, type Asked } from "./ask-dialog.tsx";

const AssignDialog = dynamic(
  () => loadPart(() => import("./assign-dialog.tsx")).then((part) => part.AssignDialog),
  { ssr: false },
);
const MaintenanceDialog = dynamic(
  () => loadPart(() => import("../../client/maintenance-dialog.tsx")).then((part) => part.MaintenanceDialog),
  { ssr: false },
);

/** The dialog of what was asked for, of which alerts; `null`: none. */
export function AskDialogs({
  asked,
  onClose,
  onAct,
}: {
  asked: { what: Asked; alerts: readonly Alert[] } | null;
  onClose: () => void;
  onAct: (act: AlertAct) => void;
}) {
  const { what = null, alerts = [] } = asked ?? {};
  const [alert] = alerts;
  const why = what === "assign" || what === "maintenance" ? null : what;
  return (
    <>
      <AskDialog asked={why} {...{ alerts, onClose, onAct }} />
      {what === "assign" && alert !== undefined ? <AssignDialog {...{ alert, onClose, onAct }} /> : null}
      {what === "maintenance" && alert !== undefined ? (
        <MaintenanceDialog asked={{ is: "begin", of: placeOf(alert) }} onClose={onClose} />
      ) : null}
    </>
  );
}

/** Maintenance of an alert's site, where it has one, and of its rule. */
function placeOf({ scope, ruleId }: Alert): { sites: string[]; rules: string[] } {
  return { sites: scope.site === undefined ? [] : [scope.site], rules: [ruleId] };
}
