import { AsyncLocalStorage } from "node:async_hooks";
import { tryGetCurrentAuthEndpointContext } from "@better-auth/core/context";
import { type Actor, traceIdOf } from "@tapline/core/kernel";

/** The request that better-auth is at work on, as much of it as is read here; undefined where nobody asked. */
export type Asked =
  | {
      readonly path?: string | undefined;
      /** Why, in the words of whoever acts; better-auth's own requests say none. */
      readonly reason?: string | null;
      readonly traceId?: string | null;
      readonly headers?: Headers | undefined;
      readonly getCookie?: ((name: string) => string | null | undefined) | undefined;
      readonly context: {
        readonly session?: {
          readonly user: { readonly id: string };
          readonly session: { readonly id: string };
        } | null;
        readonly createAuthCookie: (name: string) => { readonly name: string };
      };
    }
  | undefined;

/** What a procedure of ours does to people. */
export interface PeopleAct {
  readonly userId: string;
  readonly sessionId: string;
  /** The procedure's name. */
  readonly verb: string;
  readonly reason: string | null;
  readonly traceId: string | null;
}

const acting = new AsyncLocalStorage<Asked>();

/** Runs what changes people by better-auth's own means, and has it written down as this act. */
export function actOnPeople<T>(
  { userId, sessionId, verb, reason, traceId }: PeopleAct,
  run: () => Promise<T>,
): Promise<T> {
  const session = { user: { id: userId }, session: { id: sessionId } };
  const context = { session, createAuthCookie: (name: string) => ({ name }) };
  return acting.run({ path: verb, reason, traceId, context }, run);
}

/** Who asks for what is being done. */
export const askedNow = (): Asked => acting.getStore() ?? tryGetCurrentAuthEndpointContext();

export const passwordPath = "/sign-in/email";
export const passkeyPath = "/passkey/sign-in";
/** A passkey is held, and unlocked where it lies: two factors by itself. */
export const isSecondFactor = (path: string): boolean =>
  path.startsWith("/two-factor/verify") || path === passkeyPath;

/** The path below `/api/auth`; "" where nobody asked. */
export const pathOf = (asked: Asked): string => asked?.path ?? "";

export const operator = (id: string): Actor => ({ kind: "operator", id });

/** What the house does by itself, and what is done by somebody whom it does not know. */
export const house: Actor = { kind: "job", id: "console" };

/** Who is signed in; null for nobody. Signing in and out, nobody is yet. */
export function signedIn(asked: Asked): Actor | null {
  const id = asked?.context.session?.user.id;
  return id === undefined ? null : operator(id);
}

export const traceOf = (asked: Asked): string | null =>
  asked?.traceId ?? traceIdOf(asked?.headers?.get("traceparent"));

export const reasonOf = (asked: Asked): string | null => asked?.reason ?? null;

/** Whether the browser says that its second factor was asked for before, and need not be again. */
export function saysTrusted(asked: Asked): boolean {
  if (asked === undefined) return false;
  const { name } = asked.context.createAuthCookie("trust_device");
  return asked.getCookie?.(name) != null;
}
