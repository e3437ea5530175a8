import { type ChildProcess, fork } from "node:child_process";
import { childEnvironment } from "./config.ts";
import type { FromChild, ToChild } from "./messages.ts";
import type { PcscSettings } from "./options.ts";
import type { ReaderBook } from "./reader-book.ts";

/**
 * Why a child ended. `planned`: replaced, nothing was wrong. `silent-card`: freed of a card that does not answer. The rest
 * is trouble: `unusable` nfc-pcsc does not load, `lost` the daemon is gone, `hung` no sign of life, `died` by itself.
 */
export type LifeEnd = {
  cause: "stopped" | "planned" | "silent-card" | "unusable" | "lost" | "hung" | "died";
  /** For people. */
  detail: string;
};

/** Beside this file, or, in the agent's package, beside the bundle that it has become part of. */
const childScript = new URL(
  import.meta.url.endsWith(".ts") ? "./child-main.ts" : "./pcsc-child.mjs",
  import.meta.url,
);
const beatEveryMs = 250;
/** How long after the start all readers have named themselves. */
const namingMs = 2000;
/** A process that only just starts may be silent for so many times as long. */
const startPatience = 3;

type Reading = { counter: number; sinceMs: number };

/** One life of the child process: started at construction, over when `end` resolves. */
export class ChildLife {
  readonly end: Promise<LifeEnd>;
  readonly #settings: PcscSettings;
  readonly #book: ReaderBook;
  readonly #child: ChildProcess;
  readonly #bornMs = performance.now();
  readonly #reading = new Map<string, Reading>();
  /** Readers that this child has named. */
  readonly #named = new Set<string>();
  #beatMs = performance.now();
  #hasBeaten = false;
  #isIdle = true;
  #loadedMs: number | null = null;
  #cause: LifeEnd | null = null;
  /** To be replaced for this, when no tag is being read, and at this time at the latest. */
  #replacing: (LifeEnd & { byMs: number }) | null = null;

  constructor(settings: PcscSettings, book: ReaderBook, signal: AbortSignal) {
    this.#settings = settings;
    this.#book = book;
    this.#child = fork(childScript, [], {
      env: childEnvironment(settings.socketPath),
      execArgv: [],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    this.end = this.#live(signal);
    const { apduDeadlineMs, tapDeadlineMs, rereads, buzzer, binding } = settings;
    const bounds = { apduDeadlineMs, tapDeadlineMs, beatEveryMs };
    this.send({ type: "start", binding, bounds, settings: { rereads, buzzer }, silent: book.silent });
  }

  send(message: ToChild): void {
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  async #live(signal: AbortSignal): Promise<LifeEnd> {
    const stop = () => this.#kill("stopped", "");
    signal.addEventListener("abort", stop);
    this.#child.on("message", (message) => this.#take(message as FromChild));
    const watch = setInterval(() => this.#watch(), beatEveryMs);
    const how = await new Promise<string>((resolve) => {
      this.#child.once("error", (error) => resolve(error.message));
      this.#child.once("exit", (code, by) => resolve(code === null ? `ended by ${by}` : `exit code ${code}`));
    });
    clearInterval(watch);
    signal.removeEventListener("abort", stop);
    return this.#cause ?? { cause: "died", detail: `the reader process ended (${how})` };
  }

  /** SIGKILL alone ends a child that is stuck in native code; a tap is with us or still on its tag. */
  #kill(cause: LifeEnd["cause"], detail: string): void {
    this.#cause ??= { cause, detail };
    this.#child.kill("SIGKILL");
  }

  #take(message: FromChild): void {
    const book = this.#book;
    if (message.type === "beat") this.#beat(message);
    else if (message.type === "loaded") this.#loadedMs = performance.now();
    else if (message.type === "unusable") this.#kill("unusable", message.detail);
    else if (message.type === "lost") this.#kill("lost", message.detail);
    else if (message.type === "left") book.left(message.reader);
    else if (message.type === "condition") this.#condition(message);
    else if (message.type === "reading") {
      this.#reading.set(message.reader, { counter: message.counter, sinceMs: performance.now() });
      book.tell(message.reader, "reading", "");
    } else if (message.type === "tap") {
      const { id, read } = message;
      this.#reading.delete(read.reader);
      void book.offer(read).then(() => this.send({ type: "taken", reader: read.reader, id }));
    } else if (message.type === "failed") {
      this.#reading.delete(message.failure.reader);
      book.failed(message.failure);
    } else {
      this.#reading.delete(message.reader);
      book.failed(message.failure);
      book.markSilent(message.reader, message.counter);
      this.#replaceSoon("silent-card", message.failure.detail);
    }
  }

  #condition({ reader, condition, detail }: Extract<FromChild, { type: "condition" }>): void {
    if (condition === "ready" && !this.#named.has(reader)) this.#book.found(reader);
    else this.#book.tell(reader, condition, detail);
    this.#named.add(reader);
    if (condition === "gone") this.#named.delete(reader);
  }

  #beat({ rssBytes, isIdle }: Extract<FromChild, { type: "beat" }>): void {
    this.#beatMs = performance.now();
    this.#hasBeaten = true;
    this.#isIdle = isIdle;
    const isOld = performance.now() - this.#bornMs >= this.#settings.minChildLifeMs;
    if (rssBytes > this.#settings.maxChildRssBytes && isOld)
      this.#replaceSoon("planned", `the reader process had grown to ${rssBytes} bytes`);
  }

  #replaceSoon(cause: LifeEnd["cause"], detail: string): void {
    if (this.#replacing !== null) return;
    this.#replacing = { cause, detail, byMs: performance.now() + this.#settings.tapDeadlineMs };
    // What the last beat said of the others is old: the next one decides.
    this.#isIdle = false;
  }

  #watch(): void {
    const nowMs = performance.now();
    const patience = this.#hasBeaten ? 1 : startPatience;
    if (nowMs - this.#beatMs > this.#settings.silenceMs * patience)
      this.#kill("hung", "the reader process gave no sign of life");
    if (this.#loadedMs !== null && nowMs - this.#loadedMs > namingMs) this.#book.settle();
    if (this.#replacing !== null && (this.#isIdle || nowMs > this.#replacing.byMs))
      this.#kill(this.#replacing.cause, this.#replacing.detail);
    this.#watchReads(nowMs);
  }

  /** The child keeps its deadlines itself; this is for one that does not. */
  #watchReads(nowMs: number): void {
    const { silenceMs, apduDeadlineMs, tapDeadlineMs, now } = this.#settings;
    const limitMs = tapDeadlineMs + 2 * apduDeadlineMs + silenceMs;
    for (const [reader, { counter, sinceMs }] of this.#reading) {
      if (nowMs - sinceMs <= limitMs) continue;
      const detail = `reading did not end within ${limitMs} ms`;
      this.#reading.delete(reader);
      this.#book.failed({ reader, atEpochMs: now(), cause: "stalled", detail });
      this.#book.markSilent(reader, counter);
      this.#kill("silent-card", detail);
    }
  }
}
