import { AuthRefusal } from "../../client/auth-refusal.ts";
import * as strings from "../../strings/generated/sign-in/sign-in.ts";

/** How an attempt to sign in ended. */
export type SignInResult =
  | { kind: "signed-in" }
  /** The password was right; a code of the authenticator is asked for. */
  | { kind: "second-factor" }
  /** It goes on at the provider's. */
  | { kind: "leaves"; url: string }
  | { kind: "refused"; title: string; text: string; retryAfterSeconds?: number };

const offerPath = "/api/auth/passkey/offer-sign-in";
const passkeyPath = "/api/auth/passkey/sign-in";

type Fetch = (path: string, init: RequestInit) => Promise<Response>;

/** @param fetchApi `fetch`, handed in for tests */
export function signIn(
  given: { email: string; password: string },
  fetchApi: Fetch = fetch,
): Promise<SignInResult> {
  return attempt("/api/auth/sign-in/email", given, fetchApi);
}

/** What the second step asks for: the app's six digits, or a code that was kept for the day on which it is not at hand. */
export type CodeKind = "totp" | "backup-code";

/** The second step for those who have it. */
export function verifyCode(code: string, kind: CodeKind, fetchApi: Fetch = fetch): Promise<SignInResult> {
  return attempt(`/api/auth/two-factor/verify-${kind}`, { code }, fetchApi);
}

/**
 * Signs in by a key that the browser has.
 * @param answer has the browser answer what the server asks
 */
export async function signInByPasskey(
  answer: (offer: unknown) => Promise<unknown>,
  fetchApi: Fetch = fetch,
): Promise<SignInResult> {
  const offered = await ask(offerPath, {}, fetchApi);
  if (!offered?.ok) return offered === null ? unreachable : refusal(offered, "passkey");
  try {
    const response = await answer(await offered.json());
    return attempt(passkeyPath, { response }, fetchApi);
  } catch (error) {
    const text = error instanceof AuthRefusal ? error.message : strings.theBrowserCouldNotUse;
    return { kind: "refused", title: strings.noPasskeyWasGiven, text };
  }
}

/**
 * Waits until a key is chosen, however long that takes.
 * @param choose has the browser offer its keys for what the server asks
 * @returns what signs in by it; `null` where none was, or the server asked nothing
 */
export async function signInByChosenPasskey(
  choose: (offer: unknown) => Promise<unknown>,
  fetchApi: Fetch = fetch,
): Promise<(() => Promise<SignInResult>) | null> {
  const offered = await ask(offerPath, {}, fetchApi);
  if (offered?.ok !== true) return null;
  const response = await offered
    .json()
    .then(choose)
    .catch(() => null);
  return response === null ? null : () => attempt(passkeyPath, { response }, fetchApi);
}

/** Begins at the provider's. @param from where to be led back to */
export async function leaveForProvider(
  provider: string,
  from: string | undefined,
  fetchApi: Fetch = fetch,
): Promise<SignInResult> {
  const response = await ask("/api/auth/oidc/start", from === undefined ? {} : { from }, fetchApi);
  if (response === null) return unreachable;
  if (response.status === 502) return backFromProvider("away", provider);
  if (!response.ok) return refusal(response, "password");
  const { url } = (await response.json()) as { url: string };
  return { kind: "leaves", url };
}

/** Why somebody came back from the provider and is not signed in. @param why as the address says it */
export function backFromProvider(why: string, provider: string): Extract<SignInResult, { kind: "refused" }> {
  const says: Readonly<Record<string, [title: string, text: string]>> = {
    unknown: [strings.thereIsNoAccountFor, strings.askAnAdminToInvite],
    "no-address": [strings.saysTellsNoAddressOf, strings.itHasToConfirmYour],
    "other-domain": [strings.yourAddressIsNotLet, strings.askAnAdminWhichAddresses],
    "other-subject": [strings.yourAddressBelongsToAnother, strings.askAnAdminToLook],
    disabled: [strings.signInIsNotAllowed, strings.thisAccountIsBlockedAsk],
    "too-late": [strings.itTookTooLong, strings.beginAnewInThisBrowser],
    away: [strings.saysDoesNotAnswer, strings.tryAgainInAMoment],
  };
  const failed = [strings.signingInAtSaysFailed, strings.itsAnswerDoesNotFit];
  const told = (Object.hasOwn(says, why) ? says[why] : undefined) ?? failed;
  const [title = "", text = ""] = told.map((words) => words.replaceAll("SAYS", provider));
  return { kind: "refused", title, text };
}

async function ask(path: string, body: object, fetchApi: Fetch): Promise<Response | null> {
  const headers = { "content-type": "application/json" };
  try {
    return await fetchApi(path, { method: "POST", headers, body: JSON.stringify(body) });
  } catch {
    return null;
  }
}

async function attempt(path: string, body: object, fetchApi: Fetch): Promise<SignInResult> {
  const response = await ask(path, body, fetchApi);
  if (response === null) return unreachable;
  if (response.ok) {
    const answer: unknown = await response.json().catch(() => null);
    const asksForCode = typeof answer === "object" && answer !== null && "twoFactorRedirect" in answer;
    return { kind: asksForCode ? "second-factor" : "signed-in" };
  }
  return refusal(
    response,
    path.includes("two-factor") ? "code" : path.includes("passkey") ? "passkey" : "password",
  );
}

const unreachable: SignInResult = {
  kind: "refused",
  title: strings.theServerDoesNotAnswer,
  text: strings.checkYourConnectionToIt,
};

function refusal(response: Response, by: "password" | "code" | "passkey"): SignInResult {
  if (response.status === 429) {
    const retryAfterSeconds = Number(response.headers.get("x-retry-after")) || 60;
    return {
      kind: "refused",
      title: strings.tooManyAttempts,
      text: strings.waitBeforeTryingAgain,
      retryAfterSeconds,
    };
  }
  if (response.status === 403) {
    return {
      kind: "refused",
      title: strings.signInIsNotAllowed,
      text: strings.thisAccountIsBlockedOr,
    };
  }
  if (response.status >= 500) {
    return {
      kind: "refused",
      title: strings.signInDoesNotWork,
      text: strings.theServerCannotReachIts,
    };
  }
  if (by === "passkey")
    return {
      kind: "refused",
      title: strings.thisPasskeyDoesNotWork,
      text: strings.itWasRemovedOrMade,
    };
  if (by === "code")
    return {
      kind: "refused",
      title: strings.wrongCode,
      text: strings.enterTheCodeThatThe,
    };
  return { kind: "refused", title: strings.wrongEMailOrPassword, text: strings.checkBothAndTryAgain };
}

/**
 * Where to go after signing in: an address of `origin`, our own, whatever the address bar says. It is whole, since a
 * path alone may be read anew: `/.//evil.example` is the path `//evil.example`.
 */
export function safeReturn(from: string | undefined, origin: string): string {
  if (from === undefined || !from.startsWith("/") || !URL.canParse(from, origin)) return `${origin}/`;
  const url = new URL(from, origin);
  return url.origin === origin ? url.href : `${origin}/`;
}
