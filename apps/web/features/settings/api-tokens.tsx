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
import * as strings from "../../strings/generated/settings/api-tokens.ts";
import { rich } from "../../strings/rich.tsx";
import { Button } from "../../ui/button.tsx";
import { Nothing, Panel, Waiting } from "../../ui/panel.tsx";
import { SettingsFrame } from "./settings-frame.tsx";
import { sitesNamed } from "./sites-choice.tsx";
import { Tag } from "./tag.tsx";

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
  useHotkeys(strings.apiTokens, isAdmin ? [{ keys: ["e"], does: strings.makeAToken, run: make }] : []);
  const onClose = () => {
    setOpen(null);
    void queryClient.invalidateQueries({ queryKey: api.apiTokens.pathKey() });
  };
  return (
    <SettingsFrame isFailed={query.isError}>
      <Panel
        title={strings.apiTokens}
        aside={
          isAdmin ? (
            <Button kind="outline" onClick={make}>
              {strings.newToken}
            </Button>
          ) : null
        }
      >
        {isAdmin ? (
          <TokenList tokens={query.data} isFailed={query.isError} onRevoke={setOpen} />
        ) : (
          <Nothing title={strings.thisNeedsTheRoleAdmin}>{strings.adminsMakeTokensForPrograms}</Nothing>
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
      <Nothing title={strings.tokensCannotBeShown}>{strings.theServerDoesNotAnswer}</Nothing>
    ) : (
      <Waiting of={strings.tokens} />
    );
  if (tokens.length === 0) return <Nothing title={strings.thereIsNone}>{strings.byATokenAProgram}</Nothing>;
  return (
    <ul aria-label={strings.apiTokens} className="divide-y divide-line">
      {tokens.map((token) => (
        <TokenRow key={token.id} token={token} onRevoke={() => onRevoke(token)} />
      ))}
    </ul>
  );
}

function TokenRow({ token, onRevoke }: { token: ApiTokenView; onRevoke: () => void }) {
  const zone = useTimeZone();
  const now = serverNow();
  const { name, role, sites, createdBy, createdAtEpochMs, expiresAtEpochMs, lastUsedAtEpochMs: used } = token;
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
          {sites === null ? null : <Tag>{sitesNamed(sites)}</Tag>}
        </p>
        <p className="text-ink-soft">
          {token.revokedAtEpochMs === null
            ? `${stands ? strings.worksUntil : strings.ended} ${at(expiresAtEpochMs)}`
            : strings.revokedRevoked({ revoked: at(token.revokedAtEpochMs) })}
          ; {used === null ? strings.neverUsed : strings.lastUsedSpanAgo({ span: formatSpan(now - used) })}
        </p>
        <p className="text-xs text-ink-faint">
          {strings.madeCreatedByCreatedBy({
            created: at(createdAtEpochMs),
            createdBy: createdBy ?? strings.somebodyWhoHasNoAccount,
          })}
        </p>
      </div>
      {stands ? (
        <Button kind="outline" onClick={onRevoke}>
          {rich(strings.revokeName, { name: <span className="sr-only"> {name}</span> })}
        </Button>
      ) : null}
    </li>
  );
}
