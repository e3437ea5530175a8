"use client";

import { useQuery } from "@tanstack/react-query";
import { api, apiClient } from "../../client/api.ts";
import { ReleaseDialog } from "./release-dialog.tsx";

/** Puts the release before in force again, as a new one. */
export function UndoDialog({
  seenVersion,
  to,
  onClose,
}: {
  seenVersion: number;
  to: number;
  onClose: () => void;
}) {
  const { data } = useQuery(api.alertRules.undoPlan.queryOptions());
  return (
    <ReleaseDialog
      title={`Back to version ${to}`}
      says={`The rules of version ${to} are in force again, as version ${seenVersion + 1}, at once on every process.`}
      changes={data?.changes}
      does="Put it in force"
      onRelease={async (given) => void (await apiClient.alertRules.undo.mutate({ seenVersion, ...given }))}
      onClose={onClose}
    />
  );
}
