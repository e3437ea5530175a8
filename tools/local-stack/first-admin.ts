import { randomBytes } from "node:crypto";
import type { ChildMessage } from "./start-child.ts";

/** A sign-in that is shown once. */
export type FirstAdmin = Readonly<{ email: string; password: string }>;

const email = "admin@tapline.local";

/**
 * Asks the console for a first admin with a random password, over IPC alone. Resolves to the sign-in where it was
 * made now, to undefined where somebody can sign in already. `answer` resolves to the console's next message.
 */
export async function ensureFirstAdmin(
  send: (message: object) => void,
  answer: Promise<ChildMessage>,
): Promise<FirstAdmin | undefined> {
  const password = randomBytes(15).toString("base64url");
  send({ type: "ensure-first-admin", email, password });
  const { created, error } = await answer;
  if (typeof error === "string") throw new Error(`the console could not make the first admin: ${error}`);
  return created === true ? { email, password } : undefined;
}
