"use client";

import { useQuery } from "@tanstack/react-query";
import type { RuleKind } from "@tapline/core/rollout";
import * as strings from "../../strings/generated/client/rule-releases/return-dialog.ts";
import { ChangeList } from "../../ui/change-list.tsx";
import { api, apiClient } from "../api.ts";
import { RefusedNotice } from "../refused-notice.tsx";
import { askRuleReleasesAnew } from "../use-rule-releases.ts";
import { WhyDialog } from "../why-dialog.tsx";
import { ruleKindWords } from "./rule-kind-words.ts";

/** The way back to rules of before: as it is shown, or not at all. */
export interface AskedReturn {
  kind: RuleKind;
  to: number;
  /** What was in force when the button was pressed. */
  seenVersion: number;
}

/** Puts rules of before in force again. */
export function ReturnDialog({
  asked,
  onDone,
  onClose,
}: {
  asked: AskedReturn;
  onDone: (outcome: string) => void;
  onClose: () => void;
}) {
  const { kind, to } = asked;
  const rules = ruleKindWords[kind];
  const effect = useQuery(api.ruleReleases.effect.queryOptions(asked));
  const act = async (reason: string, password: string) => {
    const done = await apiClient.ruleReleases.rollBack.mutate({ ...asked, reason, password });
    onDone(strings.theRulesOfVersionTo({ rules, to: done.to, version: done.version }));
  };
  return (
    <WhyDialog
      title={strings.rulesBackToVersionTo({ rules, to })}
      does={strings.rollBack}
      lookAt={strings.theReleases}
      askAnew={askRuleReleasesAnew}
      asksPassword
      isReady={effect.data !== undefined && effect.error === null}
      onAct={act}
      onClose={onClose}
    >
      {effect.error === null ? (
        <>
          <p className="text-sm text-ink-soft">
            {effect.data === undefined
              ? null
              : strings.versionIsInForceInstead({
                  version: effect.data.version,
                  before: effect.data.before,
                })}{" "}
            {strings.whatWasDoneByThem}
          </p>
          <ChangeList changes={effect.data?.changes} />
          {effect.data?.notes.map((note) => (
            <p key={note} className="mt-2 text-xs text-ink-soft [overflow-wrap:anywhere]">
              {note}
            </p>
          ))}
        </>
      ) : (
        <RefusedNotice error={effect.error} lookAt={strings.theReleases} />
      )}
    </WhyDialog>
  );
}
