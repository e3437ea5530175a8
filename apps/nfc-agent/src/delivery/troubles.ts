import type { Trouble } from "./setback.ts";

/** Says something people should know. */
export type Notify = (text: string, facts: Record<string, unknown>) => void;

/** What may be in trouble, the worst first, and what is said when it is over. */
const saidWhenOver = {
  link: "the server can be reached again",
  sending: "the server takes taps again",
  release: "taps may leave the outbox again",
} as const;

export type Service = keyof typeof saidWhenOver;

/** What does not work at present: said once when it begins or changes, and once when it is over. */
export class Troubles {
  readonly #notify: Notify;
  readonly #open = new Map<Service, Trouble>();

  constructor(notify: Notify) {
    this.#notify = notify;
  }

  /** The worst one. */
  get worst(): Trouble | null {
    for (const service of ["link", "sending", "release"] as const) {
      const trouble = this.#open.get(service);
      if (trouble !== undefined) return trouble;
    }
    return null;
  }

  has(service: Service): boolean {
    return this.#open.has(service);
  }

  begins(service: Service, trouble: Trouble): void {
    const known = this.#open.get(service);
    this.#open.set(service, trouble);
    if (known?.text !== trouble.text) this.#notify(trouble.text, { remedy: trouble.remedy });
  }

  /** Nobody asks for the service any more, so nothing can be said about it. */
  drop(service: Service): void {
    this.#open.delete(service);
  }

  over(service: Service): void {
    if (this.#open.delete(service)) this.#notify(saidWhenOver[service], {});
  }
}
