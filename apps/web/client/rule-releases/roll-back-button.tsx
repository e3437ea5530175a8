"use client";

import type { RuleKind } from "@tapline/core/rollout";
import dynamic from "next/dynamic";
import * as strings from "../../strings/generated/client/rule-releases/roll-back-button.ts";
import { Button } from "../../ui/button.tsx";
import { loadPart } from "../load-part.ts";
import { useAsked } from "../use-asked.tsx";
import { useRuleReleases } from "../use-rule-releases.ts";
import { useMayAdminister } from "../viewer.tsx";
import type { AskedReturn } from "./return-dialog.tsx";

const ReturnDialog = dynamic(
  () => loadPart(() => import("./return-dialog.tsx")).then((part) => part.ReturnDialog),
  { ssr: false },
);

/** The way back to rules of before: what asks for it, its dialog, and what came of it. */
export function useAskedReturn() {
  return useAsked<AskedReturn>((asked, ends) => <ReturnDialog asked={asked} {...ends} />);
}

/** Leads back to the release before the one in force, beside the rules themselves: for admins, where there is one. */
export function RollBackButton({ kind }: { kind: RuleKind }) {
  return useMayAdminister() ? <AdminsButton kind={kind} /> : null;
}

function AdminsButton({ kind }: { kind: RuleKind }) {
  const { all } = useRuleReleases();
  const { ask, dialog, outcome } = useAskedReturn();
  const { inForce = null, releases = [] } = all?.find((one) => one.kind === kind) ?? {};
  const before = inForce === null ? undefined : releases.find(({ version }) => version < inForce);
  return (
    <>
      {inForce === null || before === undefined ? null : (
        <Button
          kind="outline"
          className="h-8 text-xs"
          onClick={() => ask({ kind, to: before.version, seenVersion: inForce })}
        >
          {strings.backToVersionTo({ to: before.version })}
        </Button>
      )}
      <div className="w-full empty:hidden">{outcome}</div>
      {dialog}
    </>
  );
}
