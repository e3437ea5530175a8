"use client";

import { useEffect } from "react";
import { givePasskey, usePasskeyTrouble } from "../../client/passkeys.ts";
import { useStable } from "../../client/use-stable.ts";
import { type SignInResult, signInByChosenPasskey } from "./sign-in.ts";

/** The server takes an answer for five minutes. */
const renewMs = 240_000;

/**
 * Has the browser offer its passkeys where it fills in the address (autocomplete `webauthn`), as long as the page is looked at: what was asked
 * last counts, in whatever tab. Nothing is said where it cannot.
 * @param isWanted false while somebody signs in another way, for which the browser is free then
 * @param onChosen told once of each passkey that was chosen, with what signs in by it
 */
export function usePasskeyAutofill(
  isWanted: boolean,
  onChosen: (signIn: () => Promise<SignInResult>) => void,
): void {
  const trouble = usePasskeyTrouble();
  const told = useStable(onChosen);
  const isOn = isWanted && trouble === null;
  useEffect(() => {
    if (!isOn) return;
    let stopping = new AbortController();
    const begin = (): void => {
      stopping.abort();
      stopping = new AbortController();
      if (document.visibilityState === "visible") void wait(stopping.signal, told);
    };
    begin();
    const renewing = setInterval(begin, renewMs);
    document.addEventListener("visibilitychange", begin);
    return () => {
      stopping.abort();
      clearInterval(renewing);
      document.removeEventListener("visibilitychange", begin);
    };
  }, [isOn, told]);
}

async function wait(signal: AbortSignal, told: (signIn: () => Promise<SignInResult>) => void): Promise<void> {
  if ((await PublicKeyCredential.isConditionalMediationAvailable?.()) !== true || signal.aborted) return;
  const signIn = await signInByChosenPasskey((offer) => {
    // One that waits stands in the way of one that is asked for by the button.
    signal.throwIfAborted();
    return givePasskey(offer, { mediation: "conditional", signal });
  });
  if (signIn !== null && !signal.aborted) told(signIn);
}
