import { setTimeout as sleep } from "node:timers/promises";
import type { LinkName } from "@tapline/core/tap";
import type { Backoff } from "./backoff.ts";
import type { Hello, Link, LinkListener, OpenLink } from "./link.ts";
import type { LinkChoice, LinkCourse } from "./link-choice.ts";
import { type Setback, setback, troubleOf } from "./setback.ts";
import type { TapSender } from "./tap-sender.ts";
import type { Troubles } from "./troubles.ts";

export type LinksOptions = {
  links: Readonly<Record<LinkName, Link>>;
  choice: LinkChoice;
  backoff: Backoff;
  sender: TapSender;
  troubles: Troubles;
  /** What a link is opened with, as things stand. */
  begin: () => { hello: Hello; listener: LinkListener };
  /** A setback as the agent's own certificate explains it, where it does. */
  explain: (why: Setback) => Setback;
  /** A link serves from now on, or none does. */
  onLink: (link: { name: LinkName; open: OpenLink } | null, why: string) => void;
};

type Session = {
  name: LinkName;
  open: OpenLink;
  /** True once the server welcomed us, false where the link ended before. */
  welcomed: Promise<boolean>;
  useful: boolean;
};

type Turn =
  | { kind: "ended"; why: Setback | null }
  | { kind: "reconnect" }
  | { kind: "better"; session: Session };

/** A link that stood for so long was of use, even where nothing was to be sent. */
const usefulAfterMs = 30_000;
const never = new Promise<never>(() => {});

/** Keeps one link open: the best one that works. Taps on a link that breaks are sent again by the next. */
export class Links {
  readonly #options: LinksOptions;
  #current: Session | null = null;
  #reconnect = Promise.withResolvers<void>();
  #lastCourse: LinkCourse = "unreached";
  #lastWhy = "";

  constructor(options: LinksOptions) {
    this.#options = options;
  }

  /** True while a link serves. */
  get open(): boolean {
    return this.#current !== null;
  }

  /** Taps came through: the link is worth keeping. */
  useful(): void {
    if (this.#current !== null) this.#worked(this.#current);
  }

  #worked(session: Session): void {
    if (session.useful) return;
    session.useful = true;
    this.#options.choice.worked(session.name);
    this.#options.backoff.reset();
    this.#options.troubles.over("link");
  }

  /** The buffer was lost: receipts are to be read from the first again. */
  restartReceipts(): void {
    this.#current?.open.restartReceipts();
  }

  /** Opens the link anew with what holds by now, once batches under way have their answer. */
  reconnect(): void {
    this.#reconnect.resolve();
  }

  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      // What asked for a new link until now gets it here.
      this.#reconnect = Promise.withResolvers();
      await this.#serve(this.#begin(this.#options.choice.next, stop), stop);
    }
  }

  #begin(name: LinkName, stop: AbortSignal): Session {
    const { hello, listener } = this.#options.begin();
    const welcome = Promise.withResolvers<boolean>();
    const open = this.#options.links[name].open(hello, {
      ...listener,
      welcome: (generation, highestLevel) => {
        listener.welcome(generation, highestLevel);
        welcome.resolve(true);
      },
      receipts: (receipts, next, asked) => {
        listener.receipts(receipts, next, asked);
        if (receipts.length > 0) this.#worked(session);
      },
    });
    const session = { name, open, welcomed: welcome.promise, useful: false };
    const close = () => open.close();
    if (stop.aborted) close();
    stop.addEventListener("abort", close, { once: true });
    void open.ended.then(() => {
      stop.removeEventListener("abort", close);
      welcome.resolve(false);
    });
    return session;
  }

  /** Until the link is over and it is time for the next. */
  async #serve(first: Session, stop: AbortSignal): Promise<void> {
    if (!(await first.welcomed)) return this.#over(first.name, "unreached", await first.open.ended, stop);
    for (let session = first; ; ) {
      const turn = await this.#use(session, stop);
      await this.#options.sender.detach();
      session.open.close();
      this.#current = null;
      if (turn.kind === "better") session = turn.session;
      else {
        if (turn.kind === "ended")
          await this.#over(session.name, session.useful ? "fruitful" : "fruitless", turn.why, stop);
        return;
      }
    }
  }

  async #use(session: Session, stop: AbortSignal): Promise<Turn> {
    const { sender, troubles, choice, onLink } = this.#options;
    this.#current = session;
    choice.took(session.name);
    // A server that was away is there; one that broke links has to prove itself first.
    if (this.#lastCourse === "unreached") troubles.over("link");
    onLink(session, this.#lastWhy);
    this.#lastWhy = "";
    sender.attach(session.open);
    const timer = setTimeout(() => this.useful(), usefulAfterMs);
    const used = new AbortController();
    try {
      return await Promise.race([
        session.open.ended.then((why): Turn => ({ kind: "ended", why })),
        this.#reconnect.promise.then((): Turn => ({ kind: "reconnect" })),
        session.name === "rest" ? this.#better(AbortSignal.any([used.signal, stop]), stop) : never,
      ]);
    } finally {
      clearTimeout(timer);
      used.abort();
    }
  }

  /** While REST serves: tries gRPC now and then. Resolves once it is open. */
  async #better(until: AbortSignal, stop: AbortSignal): Promise<Turn> {
    for (;;) {
      const afterMs = this.#options.choice.nextProbeMs();
      if (afterMs === null) return never;
      await sleep(afterMs, undefined, { signal: until }).catch(() => {});
      if (until.aborted) return never;
      const session = this.#begin("grpc", stop);
      const close = () => session.open.close();
      until.addEventListener("abort", close, { once: true });
      const opened = await session.welcomed;
      until.removeEventListener("abort", close);
      if (opened && !until.aborted) return { kind: "better", session };
      close();
    }
  }

  async #over(link: LinkName, course: LinkCourse, found: Setback | null, stop: AbortSignal): Promise<void> {
    const { choice, backoff, troubles, explain, onLink } = this.#options;
    if (stop.aborted) return;
    const why = explain(found ?? setback("broken", ""));
    const trouble = troubleOf(why);
    if (course !== "unreached") onLink(null, trouble.text);
    this.#lastCourse = course;
    this.#lastWhy = trouble.text;
    if (course === "fruitful") backoff.reset();
    if (!choice.over(link, course)) return;
    if (course !== "fruitful") troubles.begins("link", trouble);
    const waitMs = Math.max(why.afterMs ?? 0, backoff.nextMs());
    const waiting = new AbortController();
    await Promise.race([
      sleep(waitMs, undefined, { signal: AbortSignal.any([stop, waiting.signal]) }).catch(() => {}),
      this.#reconnect.promise,
    ]);
    waiting.abort();
  }
}
