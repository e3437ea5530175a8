"use client";

import dynamic from "next/dynamic";
import { useState } from "react";
import { loadPart } from "../../client/load-part.ts";
import { askYouAnew, useYou } from "../../client/use-you.ts";
import { ZoneChoice } from "../../client/zone-choice.tsx";
import type { YouView } from "../../contracts/people.ts";
import * as strings from "../../strings/generated/settings/you.ts";
import { Button } from "../../ui/button.tsx";
import { Nothing, Panel, Waiting } from "../../ui/panel.tsx";
import { PasskeysPanel } from "./passkeys-panel.tsx";
import { SessionsPanel } from "./sessions-panel.tsx";
import { SettingsFrame } from "./settings-frame.tsx";

const PasswordDialog = dynamic(() =>
  loadPart(() => import("./password-dialog.tsx").then((part) => part.PasswordDialog)),
);
const NameDialog = dynamic(() => loadPart(() => import("./name-dialog.tsx").then((part) => part.NameDialog)));
const EnrolDialog = dynamic(() =>
  loadPart(() => import("./enrol-dialog.tsx").then((part) => part.EnrolDialog)),
);
const CodesDialog = dynamic(() =>
  loadPart(() => import("./codes-dialog.tsx").then((part) => part.CodesDialog)),
);
const DisableDialog = dynamic(() =>
  loadPart(() => import("./disable-dialog.tsx").then((part) => part.DisableDialog)),
);

type Open = "name" | "password" | "enrol" | "codes" | "disable" | null;

/** What people see and change of their own account. */
export function You() {
  const { you, isFailed } = useYou();
  const [open, setOpen] = useState<Open>(null);
  const close = () => {
    setOpen(null);
    askYouAnew();
  };
  return (
    <SettingsFrame isFailed={isFailed}>
      <div className="grid items-start gap-3 xl:grid-cols-[27rem_minmax(0,1fr)]">
        <div className="grid gap-3">
          <AccountPanel {...{ you, isFailed, setOpen }} />
          <SecondFactorPanel {...{ you, setOpen }} />
          {you === undefined ? null : <PasskeysPanel passkeys={you.passkeys} />}
          <TimesPanel />
        </div>
        <SessionsPanel you={you} isFailed={isFailed} />
      </div>
      {open === "name" && you !== undefined ? <NameDialog name={you.name} onClose={close} /> : null}
      {open === "password" && you !== undefined ? <PasswordDialog you={you} onClose={close} /> : null}
      {open === "enrol" ? <EnrolDialog onClose={close} /> : null}
      {open === "codes" ? <CodesDialog onClose={close} /> : null}
      {open === "disable" ? <DisableDialog onClose={close} /> : null}
    </SettingsFrame>
  );
}

type PanelProps = { you: YouView | undefined; setOpen: (open: Open) => void };

function AccountPanel({ you, isFailed, setOpen }: PanelProps & { isFailed: boolean }) {
  return (
    <Panel title={strings.yourAccount}>
      {you === undefined ? (
        <NotYet isFailed={isFailed} />
      ) : (
        <>
          <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-1.5 px-4 py-3 text-sm">
            <dt className="text-ink-faint">{strings.name}</dt>
            <dd className="[overflow-wrap:anywhere]">{you.name}</dd>
            <dt className="text-ink-faint">{strings.eMail}</dt>
            <dd className="[overflow-wrap:anywhere]">{you.email}</dd>
            <dt className="text-ink-faint">{strings.role}</dt>
            <dd>{you.role}</dd>
          </dl>
          <div className="flex flex-wrap gap-2 px-4 pb-4">
            <Button kind="outline" onClick={() => setOpen("password")}>
              {strings.changePassword}
            </Button>
            <Button kind="outline" onClick={() => setOpen("name")}>
              {strings.changeName}
            </Button>
          </div>
        </>
      )}
    </Panel>
  );
}

function NotYet({ isFailed }: { isFailed: boolean }) {
  if (!isFailed) return <Waiting of={strings.yourAccount2} />;
  return <Nothing title={strings.yourAccountCannotBeShown}>{strings.theServerDoesNotAnswer}</Nothing>;
}

function SecondFactorPanel({ you, setOpen }: PanelProps) {
  if (you === undefined) return null;
  return (
    <Panel title={strings.secondFactor}>
      <div className="px-4 py-3 text-sm">
        <p className="font-medium">{you.secondFactor ? strings.onAnAuthenticatorApp : strings.off}</p>
        <p className="mt-1 text-ink-soft">
          {you.secondFactor ? strings.afterThePasswordACode : strings.thePasswordAloneSignsYou}
        </p>
        <div className="mt-3 flex flex-wrap gap-2">
          {you.secondFactor ? (
            <>
              <Button kind="outline" onClick={() => setOpen("codes")}>
                {strings.newBackupCodes}
              </Button>
              <Button kind="outline" onClick={() => setOpen("disable")}>
                {strings.switchOff}
              </Button>
            </>
          ) : (
            <Button kind="outline" onClick={() => setOpen("enrol")}>
              {strings.switchOn}
            </Button>
          )}
        </div>
      </div>
    </Panel>
  );
}

function TimesPanel() {
  return (
    <Panel title={strings.times}>
      <div className="space-y-2 px-4 py-3 text-sm text-ink-soft">
        <ZoneChoice name="time-zone" />
        <p>{strings.inThisBrowserAClick}</p>
      </div>
    </Panel>
  );
}
