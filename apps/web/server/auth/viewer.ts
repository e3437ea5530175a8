import type { IncomingHttpHeaders } from "node:http";
import type { PrismaClient } from "@tapline/adapters/prisma";
import { type Actor, TaplineError } from "@tapline/core/kernel";
import { fromNodeHeaders } from "better-auth/node";
import { sitesOf } from "../people/scope-desk.ts";
import type { Auth } from "./create-auth.ts";
import { mayActAs, type Role, roles } from "./roles.ts";

/** Who is signed in. */
export interface Viewer {
  userId: string;
  sessionId: string;
  name: string;
  email: string;
  role: Role;
  /** The sites that they see and no others; `null`: the whole installation. None is nothing, and not all. */
  sites: readonly string[] | null;
  /** A program that asks by a token of its own, and no person. */
  isToken: boolean;
}

/**
 * Who the session cookie in `headers` stands for; `null` for nobody. Throws `unavailable` where PostgreSQL
 * does not answer: not knowing is not the same as nobody.
 */
export async function viewerOf(
  auth: Auth,
  prisma: PrismaClient,
  headers: IncomingHttpHeaders,
): Promise<Viewer | null> {
  if (headers.cookie === undefined) return null;
  const found = await auth.api.getSession({ headers: fromNodeHeaders(headers) }).catch(unchecked);
  if (found === null || found.user.banned === true) return null;
  const { user, session } = found;
  const role = roles.find((known) => known === user.role);
  if (role === undefined) return null;
  const scoped = await prisma.user
    .findUnique({ where: { id: user.id }, select: { scope: true, sites: true } })
    .catch(unchecked);
  if (scoped === null) return null;
  return {
    ...{ userId: user.id, sessionId: session.id, name: user.name, email: user.email, role },
    ...{ sites: sitesOf(scoped), isToken: false },
  };
}

function unchecked(cause: unknown): never {
  throw new TaplineError("unavailable", "the session cannot be checked: PostgreSQL does not answer", {
    remedy: "see that PostgreSQL runs and that DATABASE_URL points to it",
    facts: { part: "postgresql" },
    cause,
  });
}

/** Who acts, for the audit log: the person's id, nothing else of them. */
export function operatorOf({ userId }: Viewer): Actor {
  return { kind: "operator", id: userId };
}

/** `viewer`, or an error that says why not: nobody signed in, or a role that may not. */
export function requireRole(viewer: Viewer | null, atLeast: Role): Viewer {
  if (viewer === null) {
    throw new TaplineError("unauthenticated", "nobody is signed in", { remedy: "sign in and try again" });
  }
  if (!mayActAs(viewer.role, atLeast)) {
    throw new TaplineError("forbidden", `this needs the role ${atLeast}; yours is ${viewer.role}`, {
      remedy: "ask an admin for the role",
    });
  }
  return viewer;
}

/** `viewer`, or an error where they see some sites only: what is asked for is of the whole installation. */
export function requireWhole(viewer: Viewer): Viewer {
  if (viewer.sites === null) return viewer;
  throw new TaplineError("forbidden", "this is of the whole installation; you see some of its sites", {
    remedy: "ask an admin for the whole installation",
    facts: { needs: "whole" },
  });
}
