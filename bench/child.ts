import { type ChildProcess, fork } from "node:child_process";

/** A child process that talks to us by messages. */
export type Child = {
  readonly pid: number;
  readonly send: (message: object) => void;
  /** The next message for which `is` answers true, from now on or already received. */
  readonly next: <Message>(is: (message: unknown) => message is Message) => Promise<Message>;
  /** The newest of those received, else the next one; older ones are forgotten. */
  readonly newest: <Message>(is: (message: unknown) => message is Message) => Promise<Message>;
  /** Calls `listener` with every message from now on, until what it returns is called; one that it answers `true` to is its own. */
  readonly listen: (listener: (message: unknown) => unknown) => () => void;
  readonly exited: Promise<void>;
  readonly stop: () => Promise<void>;
  /** SIGKILL; resolves once it is gone. */
  readonly kill: () => Promise<void>;
};

const messageTimeoutMs = 180_000;

/** As the local stack starts its children. */
const nodeOptions = ["--max-semi-space-size=64"];

/** Starts `file` (relative to `base`) as a child with `args` and exactly `env`. */
export function startChild(
  file: string,
  base: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Child {
  const child = fork(new URL(file, base), args, {
    env,
    execArgv: nodeOptions,
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const received: unknown[] = [];
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const look of [...waiting]) look();
  };
  const listeners = new Set<(message: unknown) => unknown>();
  child.on("message", (message) => {
    const answers = [...listeners].map((listener) => listener(message));
    if (answers.includes(true)) return;
    received.push(message);
    wake();
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.on("exit", wake);
  const next = <Message>(is: (message: unknown) => message is Message): Promise<Message> =>
    new Promise<Message>((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        waiting.delete(look);
      };
      const timer = setTimeout(() => {
        end();
        reject(new Error(`${file} did not answer within ${messageTimeoutMs} ms`));
      }, messageTimeoutMs);
      const look = (): void => {
        const at = received.findIndex(is);
        const ended = child.exitCode ?? child.signalCode;
        if (at < 0 && ended === null) return;
        end();
        if (at < 0) reject(new Error(`${file} ended with ${ended}`));
        else resolve(received.splice(at, 1)[0] as Message);
      };
      waiting.add(look);
      look();
    });
  return {
    pid: child.pid ?? 0,
    exited,
    send: (message) => void (child.connected && child.send(message)),
    next,
    listen: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    newest: (is) => {
      const last = received.findLast(is);
      for (let at = received.findIndex(is); at >= 0; at = received.findIndex(is)) received.splice(at, 1);
      return last === undefined ? next(is) : Promise.resolve(last);
    },
    stop: () => stopChild(child, "SIGTERM"),
    kill: () => stopChild(child, "SIGKILL"),
  };
}

async function stopChild(child: ChildProcess, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill(signal);
  const insist = setTimeout(() => child.kill("SIGKILL"), 5_000);
  await gone;
  clearTimeout(insist);
}

/** True for a message of the given type. */
export function ofType<Type extends string>(type: Type) {
  return (message: unknown): message is { readonly type: Type } & Record<string, unknown> =>
    typeof message === "object" && message !== null && "type" in message && message.type === type;
}
