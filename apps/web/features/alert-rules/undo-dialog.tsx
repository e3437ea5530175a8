"use client";

import { useQuery } from "@tanstack/react-query";
import { api, apiClient } from "../../client/api.ts";
import * as strings from "../../strings/generated/alert-rules/undo-dialog.ts";
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
      title={strings.backToVersionTo({ to })}
      says={strings.theRulesOfVersionTo({ to, seenVersion: seenVersion + 1 })}
      changes={data?.changes}
      does={strings.putItInForce}
      onRelease={async (given) => void (await apiClient.alertRules.undo.mutate({ seenVersion, ...given }))}
      onClose={onClose}
    />
  );
}
