"use client";

import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ActEnd } from "../../../client/act-end.tsx";
import { api, apiClient, detailOf } from "../../../client/api.ts";
import { useGuardedAct } from "../../../client/use-guarded-act.ts";
import { askRolloutsAnew } from "../../../client/use-rollouts.ts";
import * as strings from "../../../strings/generated/agents/rollouts/step-dialog.ts";
import { Dialog } from "../../../ui/dialog.tsx";
import { EffectNotice } from "../effect-notice.tsx";
import { kindNames, valueWords } from "./rollout-words.ts";
import { type RolloutStep, type StepAsked, stepName } from "./step-name.ts";

const does: Readonly<Record<RolloutStep, string>> = {
  advance: strings.agentsOfTheNextRing,
  halt: strings.nobodyMoreGetsItWho,
  resume: strings.theRingsThatWereReached,
  abort: strings.everybodyGoesBackToWhat,
};

/** Takes a step of a roll-out; says beforehand who is told what else, and who holds it up. */
export function StepDialog({ asked, onClose }: { asked: StepAsked; onClose: () => void }) {
  const { step, kind, rollout } = asked;
  const [isForced, setForced] = useState(false);
  const [why, setWhy] = useState("");
  const act = useGuardedAct(askRolloutsAnew);
  const { id, reached, state } = rollout;
  const seen = { id, reached, state };
  const effect = useQuery(api.fleetRollout.stepEffect.queryOptions({ kind, seen, step, force: isForced }));
  // Somebody else may have been first: then there is nothing to force.
  const isHeldUp = Object.keys(detailOf(effect.error)?.facts ?? {}).some((name) => name.startsWith("ring"));
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const reason = why.trim();
    if (reason === "") return;
    await act.run(async () => {
      if (step === "advance") {
        const forced = isForced ? { force: true, password: act.password } : {};
        await apiClient.fleetRollout.advance.mutate({ kind, seen, reason, ...forced });
      } else await apiClient.fleetRollout[step].mutate({ kind, seen, reason });
      onClose();
    });
  };
  return (
    <Dialog title={`${kindNames[kind]}: ${valueWords(kind, rollout.target)}`} isOpen onClose={onClose}>
      <p className="text-sm text-ink-soft">{does[step]}</p>
      <form onSubmit={(event) => void submit(event)} className="mt-4 space-y-4">
        <EffectNotice
          {...{ effect: effect.data, error: effect.error, isPending: effect.isPending }}
          nothing={strings.noAgentIsToldAnything}
        />
        {isHeldUp || isForced ? (
          <label className="flex items-start gap-2 text-sm">
            <input
              type="checkbox"
              className="mt-0.5"
              checked={isForced}
              onChange={(event) => setForced(event.target.checked)}
            />
            {strings.goOnAllTheSame}
          </label>
        ) : null}
        <ActEnd
          {...{ act, why }}
          onWhy={setWhy}
          asksPassword={isForced}
          isReady={effect.data !== undefined}
          lookAt={strings.theRollOuts}
        >
          {stepName(step, rollout).replace("…", "")}
        </ActEnd>
      </form>
    </Dialog>
  );
}
