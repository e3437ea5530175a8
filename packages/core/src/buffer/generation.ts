const flushed = "flushed:";

/**
 * The name that PostgreSQL holds while the life `generation` of the buffer is ended on purpose. It is the name of no life, so
 * nothing can be recorded under it; and it says which life Redis has to forget, whoever began to do so.
 */
export function flushedName(generation: string): string {
  return `${flushed}${generation}`;
}

/** The life that `name` says was flushed, or null where it is a life's own name. */
export function flushedLife(name: string | null): string | null {
  return name?.startsWith(flushed) ? name.slice(flushed.length) : null;
}

/** Forms of keys and entries in Redis: the number changes where a worker could misread what an earlier version left. */
const formPrefix = "2-";

/**
 * The name of a new life of the buffer.
 * @param id what nobody else takes
 * @param history of Redis's data, in which alone the life stands (hexadecimal); null where Redis has no replica to fail over to
 */
export function lifeName(id: string, history: string | null = null): string {
  return `${formPrefix}${id}${history === null ? "" : `@${history}`}`;
}

/**
 * The history of Redis's data that the life is bound to; null where it is bound to none. A replica that became the master has another
 * one: it may lack the last writes, on which others may have acted, so no work of the life goes on there.
 */
export function historyOfLife(generation: string): string | null {
  return /@([0-9a-f]+)$/.exec(generation)?.[1] ?? null;
}

/** Whether what lies in a buffer of this name has the forms of this version. */
export function isOfThisForm(generation: string): boolean {
  return generation.startsWith(formPrefix);
}
