import { CircuitBreaker, type OnCircuit } from "./circuit-breaker.ts";
import { closedByUs, SftpConnection } from "./sftp-connection.ts";
import type { SftpSession } from "./sftp-session.ts";
import type { SftpSettings } from "./sftp-settings.ts";
import { Throttle } from "./throttle.ts";

/** Calls that one connection has under way before another is opened beside it: pipelining serves so many well. */
const busyCalls = 8;
const defaultIdleMs = 60_000;
const failuresToOpen = 3;

type Member = { readonly connection: SftpConnection; calls: number; idleSince: number };

/**
 * Connections to one server: the first is opened by the first call, a further one while all are busy and no more than the
 * settings allow; those beyond the first end when they were idle for a minute. One circuit breaker watches over all.
 */
export class SftpPool {
  readonly #settings: SftpSettings;
  readonly #throttle: Throttle | null;
  readonly #greet: (session: SftpSession) => Promise<void>;
  readonly #breaker: CircuitBreaker;
  readonly #sweep: NodeJS.Timeout;
  #members: Member[] = [];
  #closed = false;

  /** @param greet checks a new connection before it is used */
  constructor(settings: SftpSettings, greet: (session: SftpSession) => Promise<void>, onCircuit: OnCircuit) {
    this.#settings = settings;
    this.#throttle = settings.bandwidth === undefined ? null : new Throttle(settings.bandwidth);
    this.#greet = greet;
    const { backoffMinMs = 500, backoffMaxMs = 10_000, idleMs = defaultIdleMs } = settings;
    this.#breaker = new CircuitBreaker(
      { failuresToOpen, minPauseMs: backoffMinMs, maxPauseMs: backoffMaxMs },
      onCircuit,
    );
    this.#sweep = setInterval(() => this.#endIdle(idleMs), Math.min(10_000, idleMs));
    this.#sweep.unref();
  }

  /** Connections that stand, or are being made. */
  get size(): number {
    return this.#members.length;
  }

  /** True while the circuit breaker lets nothing through. */
  get isResting(): boolean {
    return this.#breaker.isOpen;
  }

  /** As its circuit breaker says. */
  get failing(): CircuitBreaker["failing"] {
    return this.#breaker.failing;
  }

  /** Runs requests on the least busy connection; whatever fails becomes a TaplineError. @param what names them in errors */
  async run<T>(what: string, requests: (session: SftpSession) => Promise<T>): Promise<T> {
    if (this.#closed) throw closedByUs();
    return await this.#breaker.run(
      () => this.#onMember((connection) => connection.run(what, requests)),
      () =>
        this.#onMember((connection) => connection.run("connecting to the archive", () => Promise.resolve())),
    );
  }

  /** Ends all connections within 2 s; later calls are refused. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#sweep);
    await Promise.all(this.#members.map(({ connection }) => connection.close()));
  }

  async #onMember<T>(use: (connection: SftpConnection) => Promise<T>): Promise<T> {
    const member = this.#pick();
    member.calls += 1;
    try {
      return await use(member.connection);
    } finally {
      member.calls -= 1;
      member.idleSince = performance.now();
    }
  }

  #pick(): Member {
    const [least] = this.#members.toSorted((a, b) => a.calls - b.calls);
    const mayGrow = this.#members.length < (this.#settings.maxConnections ?? 1);
    if (least !== undefined && (least.calls < busyCalls || !mayGrow)) return least;
    const connection = new SftpConnection(this.#settings, this.#throttle, this.#greet);
    const member = { connection, calls: 0, idleSince: performance.now() };
    this.#members.push(member);
    return member;
  }

  #endIdle(idleMs: number): void {
    const oldest = performance.now() - idleMs;
    const isIdle = (member: Member, i: number) => i > 0 && member.calls === 0 && member.idleSince < oldest;
    const ending = this.#members.filter(isIdle);
    this.#members = this.#members.filter((member) => !ending.includes(member));
    for (const { connection } of ending) void connection.close();
  }
}
