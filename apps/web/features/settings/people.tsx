"use client";

import dynamic from "next/dynamic";
import { useState } from "react";
import { loadPart } from "../../client/load-part.ts";
import { askAccountsAnew, useAccounts } from "../../client/use-accounts.ts";
import { useHotkeys } from "../../client/use-hotkeys.ts";
import { useYou } from "../../client/use-you.ts";
import { useMayAdminister } from "../../client/viewer.tsx";
import type { InvitationView, PeopleView, PersonView } from "../../contracts/people.ts";
import * as strings from "../../strings/generated/settings/people.ts";
import { Button } from "../../ui/button.tsx";
import { Nothing, Panel, Waiting } from "../../ui/panel.tsx";
import { InvitationRow } from "./invitation-row.tsx";
import type { PersonAct } from "./person-acts.ts";
import { PersonRow } from "./person-row.tsx";
import { SettingsFrame } from "./settings-frame.tsx";

const InviteDialog = dynamic(() =>
  loadPart(() => import("./invite-dialog.tsx").then((part) => part.InviteDialog)),
);
const PersonDialog = dynamic(() =>
  loadPart(() => import("./person-dialog.tsx").then((part) => part.PersonDialog)),
);
const WithdrawDialog = dynamic(() =>
  loadPart(() => import("./withdraw-dialog.tsx").then((part) => part.WithdrawDialog)),
);

type Open =
  | { is: "invite" }
  | { is: "act"; person: PersonView; act: PersonAct }
  | { is: "withdraw"; invitation: InvitationView };

/** Who may sign in, as what, and who was asked to come. */
export function People() {
  const isAdmin = useMayAdminister();
  const { view, isFailed } = useAccounts(isAdmin);
  const [open, setOpen] = useState<Open | null>(null);
  const invite = () => setOpen({ is: "invite" });
  useHotkeys(strings.people, isAdmin ? [{ keys: ["e"], does: strings.inviteSomebody, run: invite }] : []);
  const onClose = () => {
    setOpen(null);
    askAccountsAnew();
  };
  return (
    <SettingsFrame isFailed={isFailed}>
      <Panel
        title={strings.people}
        aside={
          isAdmin ? (
            <Button kind="outline" onClick={invite}>
              {strings.invite}
            </Button>
          ) : null
        }
      >
        {isAdmin ? (
          <PeopleList view={view} isFailed={isFailed} onOpen={setOpen} />
        ) : (
          <Nothing title={strings.thisNeedsTheRoleAdmin}>{strings.adminsInvitePeopleGiveRoles}</Nothing>
        )}
      </Panel>
      {open?.is === "invite" ? <InviteDialog allSites={view?.sites ?? []} onClose={onClose} /> : null}
      {open?.is === "act" ? (
        <PersonDialog person={open.person} act={open.act} allSites={view?.sites ?? []} onClose={onClose} />
      ) : null}
      {open?.is === "withdraw" ? <WithdrawDialog invitation={open.invitation} onClose={onClose} /> : null}
    </SettingsFrame>
  );
}

function PeopleList({
  view,
  isFailed,
  onOpen,
}: {
  view: PeopleView | undefined;
  isFailed: boolean;
  onOpen: (open: Open) => void;
}) {
  const { you } = useYou();
  const ownId = view?.people.find(({ email }) => email === you?.email)?.id;
  if (view === undefined)
    return isFailed ? (
      <Nothing title={strings.peopleCannotBeShown}>{strings.theServerDoesNotAnswer}</Nothing>
    ) : (
      <Waiting of={strings.peopleName} />
    );
  return (
    <ul aria-label={strings.people} className="divide-y divide-line">
      {view.invitations.map((invitation) => (
        <InvitationRow
          key={invitation.id}
          invitation={invitation}
          onWithdraw={() => onOpen({ is: "withdraw", invitation })}
        />
      ))}
      {view.people.map((person) => (
        <PersonRow
          key={person.id}
          person={person}
          isYou={person.id === ownId}
          onAct={(act) => onOpen({ is: "act", person, act })}
        />
      ))}
    </ul>
  );
}
