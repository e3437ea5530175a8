"use client";

import { type FormEvent, useState } from "react";
import { ActEnd } from "../../client/act-end.tsx";
import { apiClient } from "../../client/api.ts";
import { formatDayTime, zoneName } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { useAccounts } from "../../client/use-accounts.ts";
import { useGuardedAct } from "../../client/use-guarded-act.ts";
import { WhyDialog } from "../../client/why-dialog.tsx";
import { type ApiTokenView, type TokenRole, tokenRoles } from "../../contracts/api-tokens.ts";
import * as strings from "../../strings/generated/settings/token-dialogs.ts";
import { rich } from "../../strings/rich.tsx";
import { Button } from "../../ui/button.tsx";
import { Choice } from "../../ui/choice.tsx";
import { Copied } from "../../ui/copied.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { type Sites, SitesChoice } from "./sites-choice.tsx";

const dayMs = 24 * 3_600_000;

interface Made {
  name: string;
  sites: Sites;
  token: string;
  expiresAtEpochMs: number;
}

/** Makes a token and shows it once. */
export function NewTokenDialog({ onClose }: { onClose: () => void }) {
  const [made, setMade] = useState<Made | null>(null);
  return (
    <Dialog
      title={made === null ? strings.newApiToken : strings.theTokenName({ name: made.name })}
      isOpen
      onClose={onClose}
    >
      {made === null ? <Ask onMade={setMade} /> : <MadeToken made={made} onClose={onClose} />}
    </Dialog>
  );
}

function Ask({ onMade }: { onMade: (made: Made) => void }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<TokenRole>("viewer");
  const [sites, setSites] = useState<Sites>(null);
  const [ttlMs, setTtlMs] = useState(90 * dayMs);
  const [why, setWhy] = useState("");
  const { view } = useAccounts(true);
  const act = useGuardedAct(() => {});
  const { password, run } = act;
  const isReady = sites?.length !== 0;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const scoped = { role, sites: sites && [...sites] };
    const wish = { name: name.trim(), ...scoped, ttlMs, reason: why.trim(), password };
    if (wish.name === "" || wish.reason === "" || !isReady) return;
    await run(async () =>
      onMade({ name: wish.name, sites, ...(await apiClient.apiTokens.create.mutate(wish)) }),
    );
  };
  return (
    <form onSubmit={(event) => void submit(event)} className="space-y-4">
      <Field
        label={strings.nameByWhichYouWill}
        required
        maxLength={80}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <Choice
        legend={strings.role}
        name="token-role"
        options={tokenRoles.map((value) => ({ label: value, value }))}
        value={role}
        onChange={setRole}
      >
        <p className="mt-2 text-sm text-ink-soft">
          {strings.roleWhatAsksForA({
            role: role === "viewer" ? strings.looksAtEverythingChangesNothing : strings.actsOnAlertsAndThe,
          })}
        </p>
      </Choice>
      <SitesChoice all={view?.sites ?? []} sites={sites} onSites={setSites} />
      <Choice
        legend={strings.itWorksFor}
        name="token-ttl"
        options={[
          { label: strings.n1Day, value: dayMs },
          { label: strings.n30Days, value: 30 * dayMs },
          { label: strings.n90Days, value: 90 * dayMs },
          { label: strings.n1Year, value: 365 * dayMs },
        ]}
        value={ttlMs}
        onChange={setTtlMs}
      />
      <ActEnd {...{ act, why, isReady }} onWhy={setWhy} lookAt={strings.theList}>
        {strings.makeTheToken}
      </ActEnd>
    </form>
  );
}

function MadeToken({ made, onClose }: { made: Made; onClose: () => void }) {
  const zone = useTimeZone();
  const { token, sites, expiresAtEpochMs } = made;
  const procedure = sites === null ? "kpi.live" : "agentBoard.list";
  return (
    <div className="space-y-4 text-sm">
      <p>
        {rich(strings.itWorksUntilTimeIt, {
          time: (
            <span className="age whitespace-nowrap">
              {formatDayTime(expiresAtEpochMs, zone, serverNow())} {zoneName(expiresAtEpochMs, zone)}
            </span>
          ),
          b: (words) => <span className="font-medium text-warning">{words}</span>,
        })}
      </p>
      <Copied label={strings.token} text={token} />
      <Copied
        label={strings.toTryItWithThe}
        text={`curl -H "Authorization: Bearer $(cat token)" ${window.location.origin}/api/trpc/${procedure}`}
      />
      <Button kind="primary" className="w-full" onClick={onClose}>
        {strings.done}
      </Button>
    </div>
  );
}

/** Ends a token before its time. */
export function RevokeTokenDialog({
  token: { id, name },
  onClose,
}: {
  token: ApiTokenView;
  onClose: () => void;
}) {
  const revoke = async (reason: string) => {
    await apiClient.apiTokens.revoke.mutate({ id, reason });
    onClose();
  };
  return (
    <WhyDialog
      title={strings.revokeName({ name })}
      does={strings.revokeName({ name })}
      lookAt={strings.theList}
      askAnew={() => {}}
      onAct={revoke}
      onClose={onClose}
    >
      <p className="text-sm text-ink-soft">{strings.fromTheNextCallOn}</p>
    </WhyDialog>
  );
}
