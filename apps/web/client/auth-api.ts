import * as strings from "../strings/generated/client/auth-api.ts";
import { AuthRefusal } from "./auth-refusal.ts";

const sayings: Readonly<Record<string, string>> = {
  PASSWORD_NEEDED: strings.thePasswordIsNotRight,
  NO_PASSWORD: strings.yourAccountHasNoPassword,
  LOCKED: strings.thePasswordWasWrongToo,
  INVALID_CODE: strings.theCodeIsNotRight,
  INVALID_TWO_FACTOR_COOKIE: strings.theCodeIsNotRight2,
  PASSKEY_UNKNOWN: strings.thePasskeyDoesNotFit,
  PASSKEY_TOO_LATE: strings.itTookTooLongOr,
  PASSKEYS_FULL: strings.youHaveAsManyPasskeys,
  PASSKEY_ADDRESS: strings.passkeysAreBoundToA,
  NO_INVITATION: strings.theInvitationWasUsedWithdrawn,
  KNOWN_PERSON: strings.thereIsAnAccountOf,
  SESSION_NOT_FRESH: strings.youSignedInTooLong,
};

/** Asks for what is to be changed of one's own account. @throws AuthRefusal where the server will not; what `fetch` throws where it does not answer */
export async function askAuth(path: string, body: object): Promise<unknown> {
  const response = await fetch(`/api/auth/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return answer;
  throw new AuthRefusal(sayingOf(response, answer));
}

function sayingOf({ status, headers }: Response, answer: unknown): string {
  const { code, message } = (answer ?? {}) as { code?: unknown; message?: unknown };
  const known = sayings[String(code)];
  if (known !== undefined) return known;
  if (code === "WEAK_PASSWORD") return String(message);
  if (status === 401) return strings.youAreSignedOutSign;
  if (status === 429) return strings.tooManyAttemptsTryAgain({ get: headers.get("x-retry-after") ?? "60" });
  if (status >= 500) return strings.theServerCannotReachIts;
  return strings.theServerRefusesItMessage({
    message: typeof message === "string" ? message : strings.statusStatus({ status }),
  });
}
