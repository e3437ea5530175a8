/**
 * Tells the process that started this one, where there is one and it still listens. A parent that goes meanwhile is no
 * error of what is told: "disconnect" ends this process in order.
 */
export function tellParent(message: object): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

/** What is told again and again is so far apart, ms: the parent shows it to people. */
const statusEveryMs = 250;

/** Tells the parent how things stand: the first after quiet at once, then the newest four times a second. */
export class StatusToParent {
  #newest: object | null = null;
  #timer: NodeJS.Timeout | null = null;

  tell(status: object): void {
    this.#newest = status;
    if (this.#timer === null) this.#send();
  }

  #send(): void {
    this.#timer = null;
    if (this.#newest === null) return;
    tellParent({ type: "status", ...this.#newest });
    this.#newest = null;
    this.#timer = setTimeout(() => this.#send(), statusEveryMs);
    this.#timer.unref();
  }
}
