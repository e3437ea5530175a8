import type { Child } from "../child.ts";

/** One life of a process of an installation. */
export type Life = {
  readonly pid: number;
  /** Its messages; null for servers, which have none. */
  readonly child: Child | null;
  readonly exited: Promise<void>;
  readonly stop: () => Promise<void>;
  /** Sends it nothing new; absent where nobody stands before it. */
  readonly withdraw?: () => Promise<void>;
};

export type PartKind = "worker" | "web" | "redis" | "postgres" | "archive";

/** A process of an installation: it can be killed and started again, on the same data and ports. */
export type Part = {
  /** `redis`, or a worker's services and number: `transfer-2`. */
  readonly name: string;
  readonly kind: PartKind;
  /** The present life, or the last one. */
  readonly life: () => Life;
  /** SIGKILL; resolves once it is gone. */
  readonly kill: () => Promise<void>;
  /** Starts it again after it ended. Rejects where it does not come up. */
  readonly start: () => Promise<void>;
  /** Begins the next life, and ends the present one once that is ready: as a roll-out does that may never have one too few. */
  readonly roll: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** Starts a part; `launch` gives each of its lives. */
export async function startPart(name: string, kind: PartKind, launch: () => Promise<Life>): Promise<Part> {
  let life = await launch();
  return {
    name,
    kind,
    life: () => life,
    kill: async () => {
      const { pid, exited, stop } = life;
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It was gone already.
      }
      await exited;
      // Nothing is left to stop; whoever watches over its number is told that it is free.
      await stop();
    },
    start: async () => {
      life = await launch();
    },
    roll: async () => {
      const old = life;
      life = await launch();
      await old.withdraw?.();
      await old.stop();
    },
    stop: () => life.stop(),
  };
}
