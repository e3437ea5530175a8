"use client";

import { useQuery } from "@tanstack/react-query";
import type { RuleMode } from "@tapline/core/noops";
import { type ReactNode, useState } from "react";
import { api, apiClient } from "../../client/api.ts";
import { RefusedNotice } from "../../client/refused-notice.tsx";
import { UntilField, usualSpanMs } from "../../client/until-field.tsx";
import { askNoopsAnew } from "../../client/use-noops.ts";
import { WhyDialog } from "../../client/why-dialog.tsx";
import * as strings from "../../strings/generated/noops/dialogs.ts";
import { Choice } from "../../ui/choice.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import type { AskedAct } from "./asked.ts";
import { modeNames, modeWords } from "./noops-words.ts";

interface Ends {
  /** It was done, or asked for: in a sentence. */
  onDone: (outcome: string) => void;
  onClose: () => void;
}

/** The dialog of what somebody would do about NoOps. */
export function Dialogs({ asked, ...ends }: { asked: AskedAct } & Ends) {
  switch (asked.act) {
    case "approve":
    case "deny":
      return <AnswerDialog {...ends} is={asked.act} decision={asked.decision} />;
    case "undo":
      return <UndoDialog {...ends} id={asked.decision.id} />;
    case "pause":
      return <PauseDialog {...ends} />;
    case "mode":
      return <ModeDialog {...ends} rule={asked.rule} now={asked.mode} />;
    default:
      return <TurnDialog {...ends} what={asked.act} />;
  }
}

type DecisionAct = Extract<AskedAct, { decision: unknown }>;

function AnswerDialog({
  is,
  decision: { id, preview, says },
  onDone,
  onClose,
}: Ends & { is: "approve" | "deny"; decision: DecisionAct["decision"] }) {
  const what = preview ?? says;
  const answer = async (reason: string, password: string) => {
    if (is === "approve") {
      await apiClient.noops.approve.mutate({ id, reason, password });
      onDone(strings.approvedWhatItIsDone({ what }));
    } else {
      await apiClient.noops.deny.mutate({ id, reason });
      onDone(strings.deniedWhat({ what }));
    }
  };
  return (
    <WhyDialog
      title={is === "approve" ? strings.letItAct : strings.denyIt}
      does={is === "approve" ? strings.approve : strings.deny}
      lookAt={strings.theDecision}
      askAnew={askNoopsAnew}
      asksPassword={is === "approve"}
      onAct={answer}
      onClose={onClose}
    >
      <p className="text-sm font-medium [overflow-wrap:anywhere]">{what}</p>
      <p className="mt-2 text-sm text-ink-soft">
        {is === "approve" ? strings.allGuardsAreAskedOnce : strings.nothingIsDoneTheRule}
      </p>
    </WhyDialog>
  );
}

function UndoDialog({ id, onDone, onClose }: Ends & { id: string }) {
  const effect = useQuery(api.noops.undoEffect.queryOptions({ id }));
  const undo = async (reason: string, password: string) => {
    await apiClient.noops.undo.mutate({ id, reason, password });
    onDone(strings.askedForActItIs({ act: effect.data ?? strings.theUndo }));
  };
  return (
    <WhyDialog
      title={strings.takeItBack}
      does={strings.undo}
      lookAt={strings.theDecision}
      askAnew={askNoopsAnew}
      asksPassword
      isReady={effect.data !== undefined}
      onAct={undo}
      onClose={onClose}
    >
      {effect.isError ? (
        <RefusedNotice error={effect.error} lookAt={strings.theDecision} />
      ) : effect.data === undefined ? (
        <Skeleton className="h-4 w-2/3" />
      ) : (
        <p className="text-sm font-medium [overflow-wrap:anywhere]">
          {strings.itWillAct({ act: effect.data })}
        </p>
      )}
    </WhyDialog>
  );
}

function PauseDialog({ onDone, onClose }: Ends) {
  const [pauses, setPauses] = useState<"all" | "down">("all");
  const [spanMs, setSpanMs] = useState(usualSpanMs);
  const pause = async (reason: string) => {
    await apiClient.noops.pause.mutate({ pauses, forMs: spanMs, reason });
    onDone(pauses === "all" ? strings.nothingIsBegunWhileThe : strings.nothingIsMadeSmallerFor);
  };
  return (
    <WhyDialog
      title={strings.pause}
      does={strings.pause}
      lookAt={strings.noOps}
      askAnew={askNoopsAnew}
      onAct={pause}
      onClose={onClose}
    >
      <div className="space-y-4">
        <Choice
          legend={strings.whatIsHeldBack}
          name="pauses"
          isFirst
          options={[
            { label: strings.allActs, value: "all" },
            { label: strings.whatMakesSomethingSmaller, value: "down" },
          ]}
          value={pauses}
          onChange={setPauses}
        >
          <p className="mt-1.5 text-xs text-ink-faint">
            {pauses === "all" ? strings.whatIsUnderWayEnds : strings.nothingIsScaledDownOr}
          </p>
        </Choice>
        <UntilField spanMs={spanMs} onSpan={setSpanMs} />
      </div>
    </WhyDialog>
  );
}

const turns = {
  kill: {
    title: strings.stopEverything,
    does: strings.stopEverythingNow,
    says: strings.nothingActsAnyMoreAnd,
    outcome: strings.stoppedNothingActsAnyMore,
    asksPassword: false,
  },
  revive: {
    title: strings.letItActAgain,
    does: strings.letItAct,
    says: strings.rulesActAgainAsTheir,
    outcome: strings.noOpsActsAgain,
    asksPassword: true,
  },
  resume: {
    title: strings.resume,
    does: strings.resume,
    says: strings.allPausesEndRulesAct,
    outcome: strings.thePausesAreOver,
    asksPassword: true,
  },
} as const;

function TurnDialog({ what, onDone, onClose }: Ends & { what: keyof typeof turns }) {
  const { title, does, says, outcome, asksPassword } = turns[what];
  const turn = async (reason: string, password: string) => {
    if (what === "kill") await apiClient.noops.kill.mutate({ reason });
    else await apiClient.noops[what].mutate({ reason, password });
    onDone(outcome);
  };
  return (
    <WhyDialog
      {...{ title, does, asksPassword, onClose }}
      lookAt={strings.noOps}
      askAnew={askNoopsAnew}
      onAct={turn}
    >
      <p className="text-sm text-ink-soft">{says}</p>
    </WhyDialog>
  );
}

const modes = (["dry-run", "approval", "armed"] as const).map((value) => ({
  label: modeNames[value],
  value,
}));

function ModeDialog({ rule, now, onDone, onClose }: Ends & { rule: string; now: RuleMode }) {
  const [mode, setMode] = useState<RuleMode>(now);
  const set = async (reason: string, password: string) => {
    await apiClient.noops.setMode.mutate({ rule, mode, reason, password });
    onDone(`${rule}: ${modeWords[mode].toLowerCase()}`);
  };
  return (
    <WhyDialog
      title={strings.modeOfTheRule}
      does={strings.setTheMode}
      lookAt={strings.theRules}
      askAnew={askNoopsAnew}
      asksPassword
      isReady={mode !== now}
      onAct={set}
      onClose={onClose}
    >
      <p className="mb-3 text-sm font-medium [overflow-wrap:anywhere]">{rule}</p>
      <Choice
        legend={strings.whatItMayDo}
        name="mode"
        isFirst
        options={modes}
        value={mode}
        onChange={setMode}
      >
        <p className="mt-1.5 text-xs text-ink-faint">{modeWords[mode]}.</p>
      </Choice>
      {mode === "armed" && now !== "armed" ? <Warning>{strings.itActsFromTheNext}</Warning> : null}
    </WhyDialog>
  );
}

function Warning({ children }: { children: ReactNode }) {
  return (
    <Notice className="mt-3" tone="warning" title={strings.itWillActWithoutAsking}>
      {children}
    </Notice>
  );
}
