"use client";

import { useQuery } from "@tanstack/react-query";
import type { RuleMode } from "@tapline/core/noops";
import { type ReactNode, useState } from "react";
import { api, apiClient } from "../../client/api.ts";
import { RefusedNotice } from "../../client/refused-notice.tsx";
import { UntilField, usualSpanMs } from "../../client/until-field.tsx";
import { askNoopsAnew } from "../../client/use-noops.ts";
import { WhyDialog } from "../../client/why-dialog.tsx";
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
      onDone(`Approved: ${what}. It is done at the next look, in a few seconds.`);
    } else {
      await apiClient.noops.deny.mutate({ id, reason });
      onDone(`Denied: ${what}`);
    }
  };
  return (
    <WhyDialog
      title={is === "approve" ? "Let it act" : "Deny it"}
      does={is === "approve" ? "Approve" : "Deny"}
      lookAt="the decision"
      askAnew={askNoopsAnew}
      asksPassword={is === "approve"}
      onAct={answer}
      onClose={onClose}
    >
      <p className="text-sm font-medium [overflow-wrap:anywhere]">{what}</p>
      <p className="mt-2 text-sm text-ink-soft">
        {is === "approve"
          ? "All guards are asked once more before it is done."
          : "Nothing is done. The rule asks again where it still has to, after its cool-down."}
      </p>
    </WhyDialog>
  );
}

function UndoDialog({ id, onDone, onClose }: Ends & { id: string }) {
  const effect = useQuery(api.noops.undoEffect.queryOptions({ id }));
  const undo = async (reason: string, password: string) => {
    await apiClient.noops.undo.mutate({ id, reason, password });
    onDone(`Asked for: ${effect.data ?? "the undo"}. It is done at the next look, in a few seconds.`);
  };
  return (
    <WhyDialog
      title="Take it back"
      does="Undo"
      lookAt="the decision"
      askAnew={askNoopsAnew}
      asksPassword
      isReady={effect.data !== undefined}
      onAct={undo}
      onClose={onClose}
    >
      {effect.isError ? (
        <RefusedNotice error={effect.error} lookAt="the decision" />
      ) : effect.data === undefined ? (
        <Skeleton className="h-4 w-2/3" />
      ) : (
        <p className="text-sm font-medium [overflow-wrap:anywhere]">It will {effect.data}.</p>
      )}
    </WhyDialog>
  );
}

function PauseDialog({ onDone, onClose }: Ends) {
  const [pauses, setPauses] = useState<"all" | "down">("all");
  const [spanMs, setSpanMs] = useState(usualSpanMs);
  const pause = async (reason: string) => {
    await apiClient.noops.pause.mutate({ pauses, forMs: spanMs, reason });
    onDone(pauses === "all" ? "Nothing is begun while the pause lasts" : "Nothing is made smaller for now");
  };
  return (
    <WhyDialog
      title="Pause"
      does="Pause"
      lookAt="NoOps"
      askAnew={askNoopsAnew}
      onAct={pause}
      onClose={onClose}
    >
      <div className="space-y-4">
        <Choice
          legend="What is held back"
          name="pauses"
          isFirst
          options={[
            { label: "All acts", value: "all" },
            { label: "What makes something smaller", value: "down" },
          ]}
          value={pauses}
          onChange={setPauses}
        >
          <p className="mt-1.5 text-xs text-ink-faint">
            {pauses === "all"
              ? "What is under way ends; rules go on deciding, and nothing is begun."
              : "Nothing is scaled down or taken away, as while metrics are out; all else goes on."}
          </p>
        </Choice>
        <UntilField spanMs={spanMs} onSpan={setSpanMs} />
      </div>
    </WhyDialog>
  );
}

const turns = {
  kill: {
    title: "Stop everything",
    does: "Stop everything now",
    says: "Nothing acts any more, and what is under way is broken off after its present step. Rules go on deciding. It lasts until an admin lets it act again.",
    outcome: "Stopped: nothing acts any more",
    asksPassword: false,
  },
  revive: {
    title: "Let it act again",
    does: "Let it act",
    says: "Rules act again as their modes say, from the next look on. What was broken off is not taken up by itself.",
    outcome: "NoOps acts again",
    asksPassword: true,
  },
  resume: {
    title: "Resume",
    does: "Resume",
    says: "All pauses end; rules act again as their modes say.",
    outcome: "The pauses are over",
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
    <WhyDialog {...{ title, does, asksPassword, onClose }} lookAt="NoOps" askAnew={askNoopsAnew} onAct={turn}>
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
      title="Mode of the rule"
      does="Set the mode"
      lookAt="the rules"
      askAnew={askNoopsAnew}
      asksPassword
      isReady={mode !== now}
      onAct={set}
      onClose={onClose}
    >
      <p className="mb-3 text-sm font-medium [overflow-wrap:anywhere]">{rule}</p>
      <Choice legend="What it may do" name="mode" isFirst options={modes} value={mode} onChange={setMode}>
        <p className="mt-1.5 text-xs text-ink-faint">{modeWords[mode]}.</p>
      </Choice>
      {mode === "armed" && now !== "armed" ? (
        <Warning>
          It acts from the next look on, within its guards. Where the rule becomes another one by a later
          release, it is as written there again.
        </Warning>
      ) : null}
    </WhyDialog>
  );
}

function Warning({ children }: { children: ReactNode }) {
  return (
    <Notice className="mt-3" tone="warning" title="It will act without asking">
      {children}
    </Notice>
  );
}
