"use client";

import { Building2, KeyRound } from "lucide-react";
import { byName, usePasskeyTrouble } from "../../client/passkeys.ts";
import * as strings from "../../strings/generated/sign-in/other-ways.ts";
import { rich } from "../../strings/rich.tsx";
import { Button } from "../../ui/button.tsx";

/** The ways in beside the password: at a provider where there is one, and by a passkey. */
export function OtherWays({
  provider,
  isBusy,
  onPasskey,
  onProvider,
}: {
  provider: string | null;
  isBusy: boolean;
  onPasskey: () => void;
  onProvider: (name: string) => void;
}) {
  return (
    <>
      {provider === null ? null : (
        <Button kind="outline" className="mt-3 w-full" disabled={isBusy} onClick={() => onProvider(provider)}>
          <Building2 aria-hidden className="size-4" />
          {strings.continueWithProvider({ provider })}
        </Button>
      )}
      <PasskeyWay isBusy={isBusy} onGo={onPasskey} />
    </>
  );
}

/** Where the address is the trouble, and has a name, it says which. */
function PasskeyWay({ isBusy, onGo }: { isBusy: boolean; onGo: () => void }) {
  const trouble = usePasskeyTrouble();
  if (trouble === null)
    return (
      <Button kind="outline" className="mt-3 w-full" disabled={isBusy} onClick={onGo}>
        <KeyRound aria-hidden className="size-4" />
        {strings.useAPasskey}
      </Button>
    );
  const named = trouble === "address" ? byName(window.location) : null;
  if (named === null) return null;
  return (
    <p className="mt-4 text-sm text-ink-soft">
      {rich(strings.passkeysAreBoundToA, {
        host: (
          <a className="underline" href={named}>
            {strings.signInAtHost({ host: new URL(named).host })}
          </a>
        ),
      })}
    </p>
  );
}
