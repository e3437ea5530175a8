"use client";

import { Building2, KeyRound } from "lucide-react";
import { byName, usePasskeyTrouble } from "../../client/passkeys.ts";
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
          Continue with {provider}
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
        Use a passkey
      </Button>
    );
  const named = trouble === "address" ? byName(window.location) : null;
  if (named === null) return null;
  return (
    <p className="mt-4 text-sm text-ink-soft">
      Passkeys are bound to a name, not to a number. To use yours,{" "}
      <a className="underline" href={named}>
        sign in at {new URL(named).host}
      </a>
      .
    </p>
  );
}
