/** Says something people should know. */
export type Notify = (text: string, facts: Record<string, unknown>) => void;

export type Service = "sending" | "receipts";

/** What does not work at present: said once when it begins or changes, and once when it is over. */
export class Troubles {
  readonly #notify: Notify;
  readonly #open = new Map<Service, string>();

  constructor(notify: Notify) {
    this.#notify = notify;
  }

  get any(): boolean {
    return this.#open.size > 0;
  }

  begins(service: Service, why: string): void {
    if (this.#open.get(service) === why) return;
    this.#open.set(service, why);
    this.#notify(`the server does not serve ${service} as it should`, { why });
  }

  /** Nobody asks for the service any more, so nothing can be said about it. */
  drop(service: Service): void {
    this.#open.delete(service);
  }

  over(service: Service): void {
    if (this.#open.delete(service)) this.#notify(`the server serves ${service} again`, {});
  }
}
