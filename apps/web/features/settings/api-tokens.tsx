"use client";

import { useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useState } from "react";
import { api, queryClient } from "../../client/api.ts";
import { useAsking } from "../../client/asking.ts";
import { formatDayTime, formatSpan } from "../../client/format.ts";
import { loadPart } from "../../client/load-part.ts";
import { serverNow } from "../../client/server-clock.ts";
import { useTimeZone } from "../../client/time-zone.ts";
import { useHotkeys } from "../../client/use-hotkeys.ts";
import { useNow } from "../../client/use-now.ts";
import { useMayAdminister } from "../../client/viewer.tsx";
import type { ApiTokenView } from "../../contracts/api-tokens.ts";
import { Button } from "../../ui/button.tsx";
import { Nothing, Panel, Waiting } from "../../ui/panel.tsx";
import { SettingsFrame } from "./settings-frame.tsx";

const NewTokenDialog = dynamic(() =>
  loadPart(() => import("./token-dialogs.tsx").then((part) => part.NewTokenDialog)),
);
const RevokeTokenDialog = dynamic(() =>
  loadPart(() => import("./token-dialogs.tsx").then((part) => part.RevokeTokenDialog)),
);

/** No socket tells of tokens: they are looked at so often, ms. */
const lookMs = 15_000;

/** By what programs ask the console's API. */
export function ApiTokens() {
  const isAdmin = useMayAdminister();
  const asking = useAsking(lookMs);
  const query = useQuery({
    ...api.apiTokens.list.queryOptions(),
    ...asking,
    enabled: asking.enabled && isAdmin,
  });
  const [open, setOpen] = useState<"new" | ApiTokenView | null>(null);
  const make = () => setOpen("new");
  useHotkeys("API tokens", isAdmin ? [{ keys: ["e"], does: "Make a token", run: make }] : []);
  const onClose = () => {
    setOpen(null);
    void queryClient.invalidateQueries({ queryKey: api.apiTokens.pathKey() });
  };
  return (
    <SettingsFrame isFailed={query.isError}>
      <Panel
        title="API tokens"
        aside={
          isAdmin ? (
            <Button kind="outline" onClick={make}>
              New token…
            </Button>
          ) : null
        }
      >
        {isAdmin ? (
          <TokenList tokens={query.data} isFailed={query.isError} onRevoke={setOpen} />
        ) : (
          <Nothing title="This needs the role admin">
            Admins make tokens for programs and revoke them. Ask one of them where you need one.
          </Nothing>
        )}
      </Panel>
      {open === "new" ? <NewTokenDialog onClose={onClose} /> : null}
      {open !== null && open !== "new" ? <RevokeTokenDialog token={open} onClose={onClose} /> : null}
    </SettingsFrame>
  );
}

function TokenList({
  tokens,
  isFailed,
  onRevoke,
}: {
  tokens: readonly ApiTokenView[] | undefined;
  isFailed: boolean;
  onRevoke: (token: ApiTokenView) => void;
}) {
  useNow(30_000);
  if (tokens === undefined)
    return isFailed ? (
      <Nothing title="Tokens cannot be shown">The server does not answer. It is asked again.</Nothing>
    ) : (
      <Waiting of="tokens" />
    );
  if (tokens.length === 0)
    return (
      <Nothing title="There is none">
        By a token a program asks what people see here, and acts on alerts where its role may.
      </Nothing>
    );
  return (
    <ul aria-label="API tokens" className="divide-y divide-line">
      {tokens.map((token) => (
        <TokenRow key={token.id} token={token} onRevoke={() => onRevoke(token)} />
      ))}
    </ul>
  );
}

function TokenRow({ token, onRevoke }: { token: ApiTokenView; onRevoke: () => void }) {
  const zone = useTimeZone();
  const now = serverNow();
  const { name, role, createdBy, createdAtEpochMs, expiresAtEpochMs, lastUsedAtEpochMs: used } = token;
  const at = (epochMs: number) => formatDayTime(epochMs, zone, now);
  const stands = token.revokedAtEpochMs === null && expiresAtEpochMs > now;
  return (
    <li
      aria-label={name}
      className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 py-3 text-sm"
    >
      <div className="min-w-0">
        <p className="font-medium [overflow-wrap:anywhere]">
          {name} <span className="font-normal text-ink-soft">{role}</span>
        </p>
        <p className="text-ink-soft">
          {token.revokedAtEpochMs === null
            ? `${stands ? "Works until" : "Ended"} ${at(expiresAtEpochMs)}`
            : `Revoked ${at(token.revokedAtEpochMs)}`}
          ; {used === null ? "never used" : `last used ${formatSpan(now - used)} ago`}
        </p>
        <p className="text-xs text-ink-faint">
          Made {at(createdAtEpochMs)} by {createdBy ?? "somebody who has no account any more"}
        </p>
      </div>
      {stands ? (
        <Button kind="outline" onClick={onRevoke}>
          Revoke…<span className="sr-only"> {name}</span>
        </Button>
      ) : null}
    </li>
  );
}
