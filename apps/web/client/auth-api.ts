import { AuthRefusal } from "./auth-refusal.ts";

const sayings: Readonly<Record<string, string>> = {
  PASSWORD_NEEDED: "The password is not right. Type the password that you sign in with.",
  NO_PASSWORD: "Your account has no password. Have an admin set one for you.",
  LOCKED: "The password was wrong too often. Sign in anew, or wait ten minutes.",
  INVALID_CODE: "The code is not right. Enter the one that the app shows now; its clock must be right.",
  INVALID_TWO_FACTOR_COOKIE: "The code is not right. Enter the one that the app shows now.",
  PASSKEY_UNKNOWN: "The passkey does not fit. Begin anew.",
  PASSKEY_TOO_LATE: "It took too long, or was done already. Begin anew.",
  PASSKEYS_FULL: "You have as many passkeys as can be. Remove one first.",
  PASSKEY_ADDRESS: "Passkeys are bound to a name: open the console by one, such as localhost.",
  NO_INVITATION: "The invitation was used, withdrawn, or has ended. Ask an admin for another one.",
  KNOWN_PERSON: "There is an account of this address already. Sign in.",
  SESSION_NOT_FRESH: "You signed in too long ago for this. Sign in anew.",
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
  if (status === 401) return "You are signed out. Sign in anew.";
  if (status === 429) return `Too many attempts. Try again in ${headers.get("x-retry-after") ?? "60"} s.`;
  if (status >= 500) return "The server cannot reach its database. Try again in a moment.";
  return `The server refuses it: ${typeof message === "string" ? message : `status ${status}`}.`;
}
