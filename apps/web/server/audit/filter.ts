import { z } from "zod";

const word = z.string().min(1).max(256);

/** Which audit entries, as a browser asks for them. */
export const auditFilterFields = {
  /** An action, as key.changed, or a kind of them, as key. */
  action: word.optional(),
  /** An operator's, agent's, job's or rule's id. */
  actorId: word.optional(),
  /** A subject, as segment/<id>, or a kind of them, as segment. */
  subject: word.optional(),
  /** Stands anywhere in the entry. */
  text: word.optional(),
};

/** Only what was given: a filter has no `undefined`. */
export function givenOf<T extends object>(filter: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
