import { randomBytes } from "node:crypto";
import { auditRow, type PrismaClient } from "@tapline/adapters/prisma";
import { type Deed, newEntry, RefusalCount } from "@tapline/core/audit";
import { type Actor, traceIdOf } from "@tapline/core/kernel";
import type { BetterAuthOptions } from "better-auth";
import { createAuthMiddleware, isAPIError } from "better-auth/api";

type Store = Pick<PrismaClient, "user" | "auditEntry">;

const passwordPath = "/sign-in/email";
const passwordChanges: readonly string[] = ["/admin/set-user-password", "/change-password", "/set-password"];
const isSecondFactor = (path: string): boolean => path.startsWith("/two-factor/verify");

type Recorders = {
  readonly databaseHooks: NonNullable<BetterAuthOptions["databaseHooks"]>;
  readonly hooks: NonNullable<BetterAuthOptions["hooks"]>;
};

/** What better-auth tells of a request: as much of it as is read here. */
type Request = {
  readonly path?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Headers | undefined;
  readonly context: { readonly session?: { readonly user: { readonly id: string } } | null };
} | null;

/**
 * Writes down who signed in, who was refused, and what was done to people and their sessions: ids alone, no address and no
 * name. A sign-in that cannot be written down does not take place.
 */
export function recordPeople(store: Store, clock: () => number): Recorders {
  const write = writerOf(store, clock);
  const refusals = new RefusalCount(clock);
  return {
    databaseHooks: {
      session: {
        create: {
          before: async ({ userId }, request) => {
            const path = pathOf(request);
            // Behind the password stands a session for a moment, which a second factor then replaces.
            if (path === passwordPath && (await hasSecondFactor(store, userId))) return;
            if (path === passwordPath || isSecondFactor(path))
              await write(request, operator(userId), "session.started", userId, {
                facts: { secondFactor: isSecondFactor(path) },
              });
          },
        },
        delete: {
          before: async ({ userId }, request) => {
            if (pathOf(request) !== passwordPath)
              await write(request, actorOf(request), "session.ended", userId, {});
          },
        },
      },
      user: {
        create: {
          // The first admin has an entry of its own, and nobody who is signed in.
          after: async ({ id, role }, request) => {
            if (request?.context.session != null)
              await write(request, actorOf(request), "user.created", id, { after: { role: String(role) } });
          },
        },
        update: {
          after: async ({ id, role, banned, twoFactorEnabled }, request) =>
            write(request, actorOf(request), "user.changed", id, {
              facts: { by: pathOf(request) },
              after: {
                role: String(role),
                banned: banned === true,
                secondFactor: twoFactorEnabled === true,
              },
            }),
        },
        delete: {
          before: async ({ id }, request) => write(request, actorOf(request), "user.removed", id, {}),
        },
      },
    },
    hooks: {
      after: createAuthMiddleware(async (request) => {
        const { path, body } = request;
        if (passwordChanges.includes(path) && !isAPIError(request.context.returned)) {
          const user = userIn(body) ?? request.context.session?.user.id ?? "unknown";
          return write(request, actorOf(request), "user.changed", user, {
            facts: { by: path, password: true },
          });
        }
        if (path !== passwordPath && !isSecondFactor(path)) return;
        if (!isAPIError(request.context.returned)) return;
        const passedOver = refusals.count();
        if (passedOver === null) return;
        const user = path === passwordPath ? await idOf(store, body) : null;
        await write(request, { kind: "job", id: "console" }, "session.refused", user ?? "unknown", {
          facts: {
            ...{ secondFactor: isSecondFactor(path), status: request.context.returned.statusCode },
            ...(passedOver === 0 ? {} : { passedOver }),
          },
        });
      }),
    },
  };
}

/** Writes an entry about a person. */
function writerOf(store: Store, clock: () => number) {
  return async (
    request: Request,
    actor: Actor,
    action: Deed["action"],
    user: string,
    { facts = {}, after }: Partial<Pick<Deed, "facts" | "after">>,
  ): Promise<void> => {
    const traceId = traceIdOf(request?.headers?.get("traceparent"));
    const what = {
      actor,
      action,
      subject: `user/${user}`,
      reason: null,
      facts,
      traceId,
      ...(after === undefined ? {} : { after }),
    };
    await store.auditEntry.create({ data: auditRow(newEntry(clock(), randomBytes, what)) });
  };
}

/** The person that a request of an admin is about. */
function userIn(body: unknown): string | null {
  const id = typeof body === "object" && body !== null && "userId" in body ? body.userId : null;
  return typeof id === "string" ? id : null;
}

const operator = (id: string): Actor => ({ kind: "operator", id });

/** Who is signed in; nobody is where a session ends by itself. */
function actorOf(request: Request): Actor {
  const id = request?.context.session?.user.id;
  return id === undefined ? { kind: "job", id: "console" } : operator(id);
}

const pathOf = (request: Request): string => request?.path ?? "";

async function hasSecondFactor(store: Store, id: string): Promise<boolean> {
  const user = await store.user.findUnique({ where: { id }, select: { twoFactorEnabled: true } });
  return user?.twoFactorEnabled === true;
}

/** The person of a sign-in's address; null where there is none. */
async function idOf(store: Store, body: unknown): Promise<string | null> {
  const email = typeof body === "object" && body !== null && "email" in body ? body.email : null;
  if (typeof email !== "string") return null;
  const user = await store.user.findUnique({ where: { email: email.toLowerCase() }, select: { id: true } });
  return user?.id ?? null;
}
