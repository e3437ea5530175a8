"use client";

import { type FormEvent, useState } from "react";
import { ActEnd } from "../../client/act-end.tsx";
import { apiClient } from "../../client/api.ts";
import { askAccountsAnew } from "../../client/use-accounts.ts";
import { useGuardedAct } from "../../client/use-guarded-act.ts";
import { type PersonView, type RoleName, roleNames } from "../../contracts/people.ts";
import * as strings from "../../strings/generated/settings/person-dialog.ts";
import { Choice } from "../../ui/choice.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { NewPasswordField, useNewPassword } from "../../ui/new-password-field.tsx";
import { actNames, effectsOf, type PersonAct, runs } from "./person-acts.ts";
import { SitesChoice, sameSites } from "./sites-choice.tsx";

/** Says what an act will do to a person's account, asks why and for the password; stays open where it is refused. */
export function PersonDialog({
  person,
  act,
  allSites,
  onClose,
}: {
  person: PersonView;
  act: PersonAct;
  /** Among which sites may be chosen. */
  allSites: readonly string[];
  onClose: () => void;
}) {
  const { id, name, email, role: seen } = person;
  const [why, setWhy] = useState("");
  const [role, setRole] = useState<RoleName>(() => roleNames.find((one) => one === seen) ?? "viewer");
  const [sites, setSites] = useState(person.sites);
  const chosen = useNewPassword([email, name]);
  const guarded = useGuardedAct(askAccountsAnew);
  const { password, run } = guarded;
  const isReady = {
    ...{ role: role !== seen, scope: !sameSites(sites, person.sites), password: chosen.isGood },
    ...{ disable: true, enable: true, reset: true, sessions: true, remove: true },
  }[act];
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const given = { id, reason: why.trim(), password };
    if (given.reason === "" || password === "" || !isReady) return;
    await run(async () => {
      if (act === "role") await apiClient.people.setRole.mutate({ ...given, seen, role });
      else if (act === "scope")
        await apiClient.people.setScope.mutate({
          ...given,
          ...{ seen: person.sites && [...person.sites], sites: sites && [...sites] },
        });
      else if (act === "password")
        await apiClient.people.setPassword.mutate({ ...given, newPassword: chosen.password });
      else await runs[act](given);
      onClose();
    });
  };
  const label = act === "role" ? strings.makeNameRole({ name, role }) : `${actNames[act]}: ${name}`;
  return (
    <Dialog title={`${actNames[act]}: ${name}`} isOpen onClose={onClose}>
      <ul className="list-disc space-y-1 pl-4 text-sm text-ink-soft">
        {effectsOf(act, person).map((effect) => (
          <li key={effect}>{effect}</li>
        ))}
      </ul>
      <form onSubmit={(event) => void submit(event)} className="mt-4 space-y-4">
        {act === "role" ? <RoleChoice role={role} onRole={setRole} /> : null}
        {act === "scope" ? <SitesChoice all={allSites} sites={sites} onSites={setSites} /> : null}
        {act === "password" ? <NewPasswordField {...chosen} /> : null}
        <ActEnd act={guarded} why={why} onWhy={setWhy} isReady={isReady} lookAt={strings.theList}>
          {label}
        </ActEnd>
      </form>
    </Dialog>
  );
}

const meanings: Record<RoleName, string> = {
  viewer: strings.looksAtEverythingChangesNothing,
  operator: strings.actsOnAlertsAndThe,
  admin: strings.doesEverythingAlsoAgentsKeys,
};

export function RoleChoice({ role, onRole }: { role: RoleName; onRole: (role: RoleName) => void }) {
  return (
    <Choice
      legend={strings.role}
      name="role"
      options={roleNames.map((value) => ({ label: value, value }))}
      value={role}
      onChange={onRole}
    >
      <p className="mt-2 text-sm text-ink-soft">{meanings[role]}</p>
    </Choice>
  );
}
