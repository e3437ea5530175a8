"use client";

import dynamic from "next/dynamic";
import { useState } from "react";
import { loadPart } from "../../client/load-part.ts";
import { askYouAnew, useYou } from "../../client/use-you.ts";
import { ZoneChoice } from "../../client/zone-choice.tsx";
import type { YouView } from "../../contracts/people.ts";
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
    <Panel title="Your account">
      {you === undefined ? (
        <NotYet isFailed={isFailed} />
      ) : (
        <>
          <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-1.5 px-4 py-3 text-sm">
            <dt className="text-ink-faint">Name</dt>
            <dd className="[overflow-wrap:anywhere]">{you.name}</dd>
            <dt className="text-ink-faint">E-mail</dt>
            <dd className="[overflow-wrap:anywhere]">{you.email}</dd>
            <dt className="text-ink-faint">Role</dt>
            <dd>{you.role}</dd>
          </dl>
          <div className="flex flex-wrap gap-2 px-4 pb-4">
            <Button kind="outline" onClick={() => setOpen("password")}>
              Change password…
            </Button>
            <Button kind="outline" onClick={() => setOpen("name")}>
              Change name…
            </Button>
          </div>
        </>
      )}
    </Panel>
  );
}

function NotYet({ isFailed }: { isFailed: boolean }) {
  if (!isFailed) return <Waiting of="your account" />;
  return (
    <Nothing title="Your account cannot be shown">The server does not answer. It is asked again.</Nothing>
  );
}

function SecondFactorPanel({ you, setOpen }: PanelProps) {
  if (you === undefined) return null;
  return (
    <Panel title="Second factor">
      <div className="px-4 py-3 text-sm">
        <p className="font-medium">{you.secondFactor ? "On: an authenticator app" : "Off"}</p>
        <p className="mt-1 text-ink-soft">
          {you.secondFactor
            ? "After the password a code from your app is asked for, or one of your backup codes."
            : "The password alone signs you in. With a second factor a stolen password opens nothing."}
        </p>
        <div className="mt-3 flex flex-wrap gap-2">
          {you.secondFactor ? (
            <>
              <Button kind="outline" onClick={() => setOpen("codes")}>
                New backup codes…
              </Button>
              <Button kind="outline" onClick={() => setOpen("disable")}>
                Switch off…
              </Button>
            </>
          ) : (
            <Button kind="outline" onClick={() => setOpen("enrol")}>
              Switch on…
            </Button>
          )}
        </div>
      </div>
    </Panel>
  );
}

function TimesPanel() {
  return (
    <Panel title="Times">
      <div className="space-y-2 px-4 py-3 text-sm text-ink-soft">
        <ZoneChoice name="time-zone" />
        <p>In this browser; a click on the clock changes it, too.</p>
      </div>
    </Panel>
  );
}
