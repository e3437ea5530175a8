import type { Deed } from "@tapline/core/audit";
import type { Actor } from "@tapline/core/kernel";
import {
  type Asked,
  house,
  isSecondFactor,
  operator,
  passwordPath,
  pathOf,
  saysTrusted,
  signedIn,
} from "./who-asks.ts";

/** A row as better-auth has it. */
export type Row = Readonly<Record<string, unknown>> & { readonly id: string };

/** One row that was changed: null before it was there, and once it is gone. */
export type Change = { readonly before: Row | null; readonly after: Row | null };

/** What is kept of people, and whose changes are written down. */
const models = ["user", "account", "session", "twoFactor"] as const;
export type PeopleModel = (typeof models)[number];

export function isOfPeople(model: string): model is PeopleModel {
  return models.some((known) => known === model);
}

/** The person that a row is about. */
export const personOf = (model: PeopleModel, row: Row): string =>
  String(model === "user" ? row.id : row.userId);

type State = NonNullable<Deed["after"]>;

const time = (at: unknown): string | null => (at instanceof Date ? at.toISOString() : null);

/** What an entry says of a row: roles and flags, nothing personal. */
const states = {
  user: (row: Row): State => ({
    role: String(row.role),
    banned: row.banned === true,
    bannedUntil: time(row.banExpires),
    secondFactor: row.twoFactorEnabled === true,
  }),
  account: (row: Row): State => ({ password: typeof row.password === "string" }),
  twoFactor: (row: Row): State => ({
    secondFactorTried: row.verified === true,
    secondFactorLockedUntil: time(row.lockedUntil),
  }),
} as const;

/** Columns of which the state tells, or that tell nothing: a wrong code is a refused sign-in. */
const untold: readonly string[] = [
  ...["role", "banned", "banExpires", "twoFactorEnabled", "verified", "lockedUntil"],
  ...["updatedAt", "failedVerificationCount"],
];

/** Who acted, and what is to be written down of it. */
export type PersonDeed = Deed & { readonly actor: Actor };

/**
 * What is written down of one changed row; null for nothing: a session that is carried on, a wrong code that is counted.
 * @param secured people who have a second factor
 */
export function deedOf(
  model: PeopleModel,
  change: Change,
  asked: Asked,
  secured: ReadonlySet<string>,
): PersonDeed | null {
  const row = change.after ?? change.before;
  if (row === null) return null;
  const person = personOf(model, row);
  const subject = `user/${person}`;
  if (model === "session") return sessionDeed(person, row.id, change, asked, secured);
  const actor = signedIn(asked) ?? house;
  const { before, after } = difference(
    change.before === null ? null : states[model](change.before),
    change.after === null ? null : states[model](change.after),
  );
  const rewritten = rewrittenOf(change);
  if (model === "twoFactor" && before === undefined && after === undefined && rewritten.length === 0)
    return null;
  const facts = { by: pathOf(asked), ...Object.fromEntries(rewritten.map((column) => [column, true])) };
  const parts = { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
  return { actor, action: userAction(model, change), subject, facts, ...parts };
}

function userAction(model: PeopleModel, { before, after }: Change): Deed["action"] {
  if (model !== "user") return "user.changed";
  if (before === null) return "user.created";
  return after === null ? "user.removed" : "user.changed";
}

/** A session begins or ends; behind the password stands one for a moment, which a second factor then replaces. */
function sessionDeed(
  person: string,
  session: string,
  { before, after }: Change,
  asked: Asked,
  secured: ReadonlySet<string>,
): PersonDeed | null {
  const by = pathOf(asked);
  if (before !== null && after !== null) return null;
  if (by === passwordPath && secured.has(person) && !saysTrusted(asked)) return null;
  const subject = `user/${person}`;
  if (before === null) {
    const facts = { by, session, secondFactor: isSecondFactor(by) };
    return { actor: signedIn(asked) ?? operator(person), action: "session.started", subject, facts };
  }
  const actor = signedIn(asked) ?? (by === "/sign-out" ? operator(person) : house);
  return { actor, action: "session.ended", subject, facts: { by, session } };
}

/** The parts that differ; undefined where none do, or there was nothing. */
function difference(
  before: State | null,
  after: State | null,
): { before: State | undefined; after: State | undefined } {
  if (before === null || after === null) return { before: before ?? undefined, after: after ?? undefined };
  const names = Object.keys(after).filter((name) => before[name] !== after[name]);
  if (names.length === 0) return { before: undefined, after: undefined };
  const part = (state: State) => Object.fromEntries(names.map((name) => [name, state[name] ?? null]));
  return { before: part(before), after: part(after) };
}

/** Columns whose value is another one, by name alone: an address, a password. */
function rewrittenOf({ before, after }: Change): string[] {
  if (before === null || after === null) return [];
  return Object.keys(after).filter(
    (column) => !untold.includes(column) && !same(before[column], after[column]),
  );
}

function same(one: unknown, other: unknown): boolean {
  return one instanceof Date && other instanceof Date ? one.getTime() === other.getTime() : one === other;
}
