"use client";

import { type FormEvent, useState } from "react";
import { ActEnd } from "../../client/act-end.tsx";
import { apiClient } from "../../client/api.ts";
import { formatDayTime, zoneName } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { askAccountsAnew } from "../../client/use-accounts.ts";
import { useGuardedAct } from "../../client/use-guarded-act.ts";
import type { RoleName } from "../../contracts/people.ts";
import * as strings from "../../strings/generated/settings/invite-dialog.ts";
import { rich } from "../../strings/rich.tsx";
import { Button } from "../../ui/button.tsx";
import { Choice } from "../../ui/choice.tsx";
import { Copied } from "../../ui/copied.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { RoleChoice } from "./person-dialog.tsx";
import { type Sites, SitesChoice } from "./sites-choice.tsx";

const dayMs = 24 * 3_600_000;

interface Made {
  name: string;
  secret: string;
  expiresAtEpochMs: number;
}

/**
 * Makes a link by which somebody makes their own account, and shows it once.
 * @param allSites among which may be chosen what the person will see
 */
export function InviteDialog({ allSites, onClose }: { allSites: readonly string[]; onClose: () => void }) {
  const [made, setMade] = useState<Made | null>(null);
  return (
    <Dialog
      title={made === null ? strings.inviteSomebody : strings.theLinkForName({ name: made.name })}
      isOpen
      onClose={onClose}
    >
      {made === null ? (
        <Ask allSites={allSites} onMade={setMade} />
      ) : (
        <MadeLink made={made} onClose={onClose} />
      )}
    </Dialog>
  );
}

function Ask({ allSites, onMade }: { allSites: readonly string[]; onMade: (made: Made) => void }) {
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<RoleName>("viewer");
  const [chosen, setSites] = useState<Sites>(null);
  const [ttlMs, setTtlMs] = useState(3 * dayMs);
  const [why, setWhy] = useState("");
  const act = useGuardedAct(askAccountsAnew);
  const { password, run } = act;
  // Admins have the whole installation.
  const sites = role === "admin" ? null : chosen;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const wish = {
      ...{ name: name.trim(), email: email.trim(), role, sites: sites && [...sites], ttlMs },
      ...{ reason: why.trim(), password },
    };
    if (wish.name === "" || wish.reason === "") return;
    await run(async () => onMade({ name: wish.name, ...(await apiClient.people.invite.mutate(wish)) }));
  };
  return (
    <form onSubmit={(event) => void submit(event)} className="space-y-4">
      <Field
        label={strings.name}
        required
        maxLength={80}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <Field
        label={strings.eMail}
        type="email"
        required
        maxLength={254}
        value={email}
        onChange={(event) => setEmail(event.target.value)}
      />
      <RoleChoice role={role} onRole={setRole} />
      {role === "admin" ? null : <SitesChoice all={allSites} sites={sites} onSites={setSites} />}
      <Choice
        legend={strings.theLinkWorksFor}
        name="ttl"
        options={[
          { label: strings.n1Day, value: dayMs },
          { label: strings.n3Days, value: 3 * dayMs },
          { label: strings.n14Days, value: 14 * dayMs },
        ]}
        value={ttlMs}
        onChange={setTtlMs}
      />
      <ActEnd {...{ act, why }} onWhy={setWhy} lookAt={strings.theList}>
        {strings.makeTheLink}
      </ActEnd>
    </form>
  );
}

function MadeLink({ made, onClose }: { made: Made; onClose: () => void }) {
  const zone = useTimeZone();
  const { name, secret, expiresAtEpochMs } = made;
  // Behind the hash, so that no server and no log on the way reads it.
  const link = `${window.location.origin}/join#${secret}`;
  return (
    <div className="space-y-4 text-sm">
      <p>
        {rich(strings.whoeverOpensItMakesThe, {
          name,
          time: (
            <span className="age whitespace-nowrap">
              {formatDayTime(expiresAtEpochMs, zone, serverNow())} {zoneName(expiresAtEpochMs, zone)}
            </span>
          ),
          b: (words) => <span className="font-medium text-warning">{words}</span>,
        })}
      </p>
      <Copied label={strings.link} text={link} />
      <Button kind="primary" className="w-full" onClick={onClose}>
        {strings.done}
      </Button>
    </div>
  );
}
