"use client";

import { useSyncExternalStore } from "react";
import * as strings from "../strings/generated/client/passkeys.ts";
import { AuthRefusal } from "./auth-refusal.ts";

/** Why no passkey can be used here: the address is a number, to which browsers bind none, or the browser has none. */
export type PasskeyTrouble = "address" | "browser";

/** @param location of the page @param hasKeys whether the browser has passkeys */
export function troubleAt({ hostname }: Pick<Location, "hostname">, hasKeys: boolean): PasskeyTrouble | null {
  if (/^[\d.]+$|^\[/.test(hostname)) return "address";
  return hasKeys ? null : "browser";
}

const hasKeys = () =>
  "PublicKeyCredential" in window && "parseRequestOptionsFromJSON" in window.PublicKeyCredential;

/** `undefined` until the page runs in a browser. */
export function usePasskeyTrouble(): PasskeyTrouble | null | undefined {
  return useSyncExternalStore(
    () => () => {},
    () => troubleAt(window.location, hasKeys()),
    () => undefined,
  );
}

/** The same page by the name of this machine, where passkeys can be bound; `null` where it is another machine's. */
export function byName({ hostname, href }: Pick<Location, "hostname" | "href">): string | null {
  if (!hostname.startsWith("127.") && hostname !== "[::1]") return null;
  const url = new URL(href);
  url.hostname = "localhost";
  return url.href;
}

type Offer = { readonly challenge: string };

/** Has the browser make a key. @throws AuthRefusal where its person does not, or it has one already */
export async function makePasskey(offer: unknown): Promise<unknown> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
    offer as Offer & PublicKeyCredentialCreationOptionsJSON,
  );
  const made = await navigator.credentials.create({ publicKey }).catch(refused);
  return (made as PublicKeyCredential).toJSON();
}

/** Has the browser answer by a key. @param how it asks for it: at once, unless that says otherwise @throws AuthRefusal where its person does not */
export async function givePasskey(
  offer: unknown,
  how: Pick<CredentialRequestOptions, "mediation" | "signal"> = {},
): Promise<unknown> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
    offer as Offer & PublicKeyCredentialRequestOptionsJSON,
  );
  const given = await navigator.credentials.get({ publicKey, ...how }).catch(refused);
  return (given as PublicKeyCredential).toJSON();
}

function refused(error: unknown): never {
  const isThere = error instanceof DOMException && error.name === "InvalidStateError";
  throw new AuthRefusal(isThere ? strings.thisDeviceHasAPasskey : strings.theBrowserGaveNoPasskey);
}
