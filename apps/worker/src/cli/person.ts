/** People by their ids, as far as the console knows them: who acts at a command may be anybody. */
export type Names = ReadonlyMap<string, string>;

/** A person's name, and the id by which the audit log knows them. */
export function personText(id: string, names: Names): string {
  const name = names.get(id);
  return name === undefined ? id : `${name} (${id})`;
}
