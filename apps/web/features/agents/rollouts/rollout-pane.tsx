"use client";

import dynamic from "next/dynamic";
import { useState } from "react";
import { formatDayTime } from "../../../client/format.ts";
import { LastActs } from "../../../client/last-acts.tsx";
import { loadPart } from "../../../client/load-part.ts";
import { serverNow } from "../../../client/server-clock.ts";
import { useTimeZone } from "../../../client/time-zone.ts";
import { useRollouts } from "../../../client/use-rollouts.ts";
import { useMayAdminister } from "../../../client/viewer.tsx";
import type { RolloutBoard, RolloutTrack, ShownRevision } from "../../../contracts/rollouts.ts";
import * as strings from "../../../strings/generated/agents/rollouts/rollout-pane.ts";
import { Button } from "../../../ui/button.tsx";
import { Notice } from "../../../ui/notice.tsx";
import { PaneFrame } from "../../../ui/pane-frame.tsx";
import { PaneWaiting } from "../../../ui/pane-waiting.tsx";
import { Part } from "../../../ui/part.tsx";
import { RingList } from "./ring-list.tsx";
import { kindNames, trackWords } from "./rollout-words.ts";
import { settingsWords } from "./settings-form.ts";
import { type RolloutStep, type StepAsked, stepName } from "./step-name.ts";

const SettingsDialog = dynamic(
  () => loadPart(() => import("./settings-dialog.tsx")).then((part) => part.SettingsDialog),
  { ssr: false },
);
const StartDialog = dynamic(
  () => loadPart(() => import("./start-dialog.tsx")).then((part) => part.StartDialog),
  { ssr: false },
);
const StepDialog = dynamic(
  () => loadPart(() => import("./step-dialog.tsx")).then((part) => part.StepDialog),
  {
    ssr: false,
  },
);

type Asked =
  | { act: "settings" }
  /** `revision`: the settings that are chosen at first. */
  | { act: "start"; revision: number | null }
  | ({ act: "step" } & StepAsked);

/** Settings and versions on their way through the rings of the fleet, and what an admin can do about them. */
export function RolloutPane({ onClose }: { onClose: () => void }) {
  const { board, isFailed } = useRollouts();
  const [asked, setAsked] = useState<Asked | null>(null);
  const isUnderWay = board?.tracks.some(({ rollout }) => rollout !== null) === true;
  return (
    <>
      <PaneFrame
        kind={isUnderWay ? strings.underWay : strings.rollOuts}
        title={strings.settingsAndVersions}
        under={strings.ringsGetAChangeOne}
        onClose={onClose}
        acts={board === undefined ? null : <ActBar onAsk={setAsked} />}
      >
        {isFailed && board !== undefined ? (
          <Notice className="m-3" tone="warning" title={strings.theyCouldNotBeRead}>
            {strings.thisIsWhatWasLast}
          </Notice>
        ) : null}
        {board === undefined ? (
          <PaneWaiting isFailed={isFailed} />
        ) : (
          <>
            {board.tracks.map((track) => (
              <TrackPart key={track.kind} track={track} names={board.names} onAsk={setAsked} />
            ))}
            <Revisions board={board} onAsk={setAsked} />
          </>
        )}
      </PaneFrame>
      {board === undefined || asked === null ? null : (
        <Dialogs {...{ asked, board }} onAsk={setAsked} onClose={() => setAsked(null)} />
      )}
    </>
  );
}

function TrackPart({
  track,
  names,
  onAsk,
}: {
  track: RolloutTrack;
  names: RolloutBoard["names"];
  onAsk: (asked: Asked) => void;
}) {
  const mayAdminister = useMayAdminister();
  const { kind, rollout, rings, acts } = track;
  const steps: readonly RolloutStep[] =
    rollout?.state === "halted" ? ["resume", "abort"] : ["advance", "halt", "abort"];
  return (
    <>
      <Part title={kindNames[kind]}>
        <p role="status">{trackWords(track)}</p>
        <RingList {...{ rings, isUnderWay: rollout !== null }} />
        {rollout === null || !mayAdminister ? null : (
          <fieldset className="mt-3 flex flex-wrap gap-2">
            <legend className="sr-only">{strings.whatToDoAboutThis}</legend>
            {steps.map((step) => (
              <Button key={step} kind="outline" onClick={() => onAsk({ act: "step", step, kind, rollout })}>
                {stepName(step, rollout)}
              </Button>
            ))}
          </fieldset>
        )}
      </Part>
      {rollout === null ? null : <LastActs {...{ acts, names, words: did }} />}
    </>
  );
}

const did = {
  "fleet.rollout-started": strings.beganIt,
  "fleet.rollout-advanced": strings.gaveItToTheNext,
  "fleet.rollout-halted": strings.haltedIt,
  "fleet.rollout-resumed": strings.wentOnWithIt,
} as const;

function Revisions({ board, onAsk }: { board: RolloutBoard; onAsk: (asked: Asked) => void }) {
  const { revisions } = board;
  return (
    <Part title={strings.settingsThatWereMade}>
      {revisions.length === 0 ? <p className="text-ink-faint">{strings.noneYet}</p> : null}
      <ul className="divide-y divide-line">
        {revisions.map((one) => (
          <Revision key={one.revision} {...{ one, names: board.names, onAsk }} />
        ))}
      </ul>
    </Part>
  );
}

function Revision({
  one: { revision, settings, reason, madeBy, madeAtEpochMs },
  names,
  onAsk,
}: {
  one: ShownRevision;
  names: RolloutBoard["names"];
  onAsk: (asked: Asked) => void;
}) {
  const zone = useTimeZone();
  const mayAdminister = useMayAdminister();
  return (
    <li className="flex items-start gap-3 py-2">
      <div className="min-w-0 flex-1 [overflow-wrap:anywhere]">
        <p>
          <span className="font-medium">{strings.configRevision({ revision })}</span>:{" "}
          {settingsWords(settings)}
        </p>
        <p className="text-xs text-ink-faint">
          {names[madeBy] ?? madeBy}, {formatDayTime(madeAtEpochMs, zone, serverNow(), false)}: {reason}
        </p>
      </div>
      {mayAdminister ? (
        <Button
          kind="outline"
          aria-label={strings.rollOutConfigRevision({ revision })}
          onClick={() => onAsk({ act: "start", revision })}
        >
          {strings.rollOut}
        </Button>
      ) : null}
    </li>
  );
}

function ActBar({ onAsk }: { onAsk: (asked: Asked) => void }) {
  const mayAdminister = useMayAdminister();
  if (!mayAdminister)
    return (
      <p className="border-t border-line px-5 py-3 text-xs text-ink-faint">
        {strings.rollingOutNeedsTheRole}
      </p>
    );
  return (
    <fieldset className="flex flex-wrap gap-2 border-t border-line bg-surface px-5 py-3">
      <legend className="sr-only">{strings.whatToRollOut}</legend>
      <Button kind="outline" onClick={() => onAsk({ act: "settings" })}>
        {strings.newSettings}
      </Button>
      <Button kind="outline" onClick={() => onAsk({ act: "start", revision: null })}>
        {strings.rollOut}
      </Button>
    </fieldset>
  );
}

function Dialogs({
  asked,
  board: { tracks, revisions },
  onAsk,
  onClose,
}: {
  asked: Asked;
  board: RolloutBoard;
  onAsk: (asked: Asked) => void;
  onClose: () => void;
}) {
  if (asked.act === "step") return <StepDialog {...{ asked, onClose }} />;
  if (asked.act === "start") return <StartDialog {...{ revisions, given: asked.revision, onClose }} />;
  const standing = tracks.find(({ kind }) => kind === "config")?.standing;
  const from = revisions.find(({ revision }) => revision === standing)?.settings ?? {};
  return <SettingsDialog {...{ from, onClose }} onMade={(revision) => onAsk({ act: "start", revision })} />;
}
