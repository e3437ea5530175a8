import type { Part, PartKind } from "./part.ts";

/** What others use to the end. */
const stores: ReadonlySet<PartKind> = new Set(["redis", "postgres"]);

/** The parts of an installation as they come up, so that none of them is left where another one does not. */
export class BegunParts {
  readonly #starting: Promise<Part>[] = [];

  begin<Begun extends Part>(starting: Promise<Begun>): Promise<Begun> {
    this.#starting.push(starting);
    return starting;
  }

  /** Ends all that came up, or still do: stores last. */
  async stop(): Promise<void> {
    const settled = await Promise.allSettled(this.#starting);
    const parts = settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    const { true: last = [], false: first = [] } = Object.groupBy(parts, ({ kind }) =>
      stores.has(kind) ? "true" : "false",
    );
    for (const some of [first, last]) await Promise.all(some.map((part) => part.stop()));
  }
}
