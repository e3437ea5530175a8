"use client";

import { type FormEvent, useState } from "react";
import { ActEnd } from "../../client/act-end.tsx";
import { apiClient } from "../../client/api.ts";
import { formatDayTime, zoneName } from "../../client/format.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { useGuardedAct } from "../../client/use-guarded-act.ts";
import { WhyDialog } from "../../client/why-dialog.tsx";
import { type ApiTokenView, type TokenRole, tokenRoles } from "../../contracts/api-tokens.ts";
import { Button } from "../../ui/button.tsx";
import { Choice } from "../../ui/choice.tsx";
import { Copied } from "../../ui/copied.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";

const dayMs = 24 * 3_600_000;

interface Made {
  name: string;
  token: string;
  expiresAtEpochMs: number;
}

/** Makes a token and shows it once. */
export function NewTokenDialog({ onClose }: { onClose: () => void }) {
  const [made, setMade] = useState<Made | null>(null);
  return (
    <Dialog title={made === null ? "New API token" : `The token ${made.name}`} isOpen onClose={onClose}>
      {made === null ? <Ask onMade={setMade} /> : <MadeToken made={made} onClose={onClose} />}
    </Dialog>
  );
}

function Ask({ onMade }: { onMade: (made: Made) => void }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<TokenRole>("viewer");
  const [ttlMs, setTtlMs] = useState(90 * dayMs);
  const [why, setWhy] = useState("");
  const act = useGuardedAct(() => {});
  const { password, run } = act;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const wish = { name: name.trim(), role, ttlMs, reason: why.trim(), password };
    if (wish.name === "" || wish.reason === "") return;
    await run(async () => onMade({ name: wish.name, ...(await apiClient.apiTokens.create.mutate(wish)) }));
  };
  return (
    <form onSubmit={(event) => void submit(event)} className="space-y-4">
      <Field
        label="Name, by which you will know it"
        required
        maxLength={80}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <Choice
        legend="Role"
        name="token-role"
        options={tokenRoles.map((value) => ({ label: value, value }))}
        value={role}
        onChange={setRole}
      >
        <p className="mt-2 text-sm text-ink-soft">
          {role === "viewer"
            ? "Looks at everything, changes nothing."
            : "Acts on alerts and the archive, too."}{" "}
          What asks for a password no token does.
        </p>
      </Choice>
      <Choice
        legend="It works for"
        name="token-ttl"
        options={[
          { label: "1 day", value: dayMs },
          { label: "30 days", value: 30 * dayMs },
          { label: "90 days", value: 90 * dayMs },
          { label: "1 year", value: 365 * dayMs },
        ]}
        value={ttlMs}
        onChange={setTtlMs}
      />
      <ActEnd {...{ act, why }} onWhy={setWhy} lookAt="the list">
        Make the token
      </ActEnd>
    </form>
  );
}

function MadeToken({ made, onClose }: { made: Made; onClose: () => void }) {
  const zone = useTimeZone();
  const { token, expiresAtEpochMs } = made;
  return (
    <div className="space-y-4 text-sm">
      <p>
        It works until{" "}
        <span className="age whitespace-nowrap">
          {formatDayTime(expiresAtEpochMs, zone, serverNow())} {zoneName(expiresAtEpochMs, zone)}
        </span>
        . <span className="font-medium text-warning">▲ It is not shown again.</span>
      </p>
      <Copied label="Token" text={token} />
      <Copied
        label="To try it, with the token in the file token"
        text={`curl -H "Authorization: Bearer $(cat token)" ${window.location.origin}/api/trpc/kpi.live`}
      />
      <Button kind="primary" className="w-full" onClick={onClose}>
        Done
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
      title={`Revoke ${name}`}
      does={`Revoke ${name}`}
      lookAt="the list"
      askAnew={() => {}}
      onAct={revoke}
      onClose={onClose}
    >
      <p className="text-sm text-ink-soft">
        From the next call on the program that has it is refused. It is not undone: make another one.
      </p>
    </WhyDialog>
  );
}
