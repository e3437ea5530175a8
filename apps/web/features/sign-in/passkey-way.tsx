"use client";

import { KeyRound } from "lucide-react";
import { byName, usePasskeyTrouble } from "../../client/passkeys.ts";
import { Button } from "../../ui/button.tsx";

/** The other way in: by a passkey. Where the address is the trouble, and has a name, it says which. */
export function PasskeyWay({ isBusy, onGo }: { isBusy: boolean; onGo: () => void }) {
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
