/** People by their ids, as far as the console knows them: who acts at a command may be anybody. */
export type Names = ReadonlyMap<string, string>;

/** A person's name, and the id by which the audit log knows them. */
export function personText(id: string, names: Names): string {
  const name = names.get(id);
  return name === undefined ? id : `${name} (${id})`;
}

const operators = "operator/";

/** Who made something, kept as `<kind>/<id>`: a person whom the console knows by name, everybody else as kept. */
export function makerText(maker: string, names: Names): string {
  const [id] = peopleAmong([maker]);
  return id !== undefined && names.has(id) ? personText(id, names) : maker;
}

/** The ids of people among makers, each kept as `<kind>/<id>`. */
export function peopleAmong(makers: readonly string[]): string[] {
  return makers.flatMap((maker) => (maker.startsWith(operators) ? [maker.slice(operators.length)] : []));
}

/** Ids of accounts are made of these. */
const word = /[\w-]+/g;

/** Words of sentences in which somebody may be named by their id: which of them are ids, the console knows. */
export function wordsOf(sentences: readonly string[]): string[] {
  return sentences.flatMap((sentence) => sentence.match(word) ?? []);
}

/** A sentence with the names of those whom it names by their ids. */
export function withNames(sentence: string, names: Names): string {
  return sentence.replace(word, (one) => personText(one, names));
}
