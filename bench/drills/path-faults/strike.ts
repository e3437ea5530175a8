import { setTimeout as sleep } from "node:timers/promises";
import { wholeBetween } from "@tapline/core/kernel";
import type { Part } from "../../installation/index.ts";
import type { Yard } from "../yard/open-yard.ts";
import { type Held, holdAt } from "./hold.ts";
import { type MatrixPoint, matrixPoints, type Victim, victims } from "./points.ts";

/** A fault of the drill. `run` brings it about and takes it away again; it answers false where it cannot be had here. */
export type Fault = {
  readonly name: string;
  readonly run: (yard: Yard) => Promise<boolean>;
};

/** Longer than a job's lock (5 s) and the look for stalled jobs (2.5 s), so that another process takes the job. */
export const frozenMs = 8_500;

/** Every point with every victim. */
export const matrix: readonly Fault[] = matrixPoints.flatMap((at) =>
  victims.map((victim) => ({
    name: `${at.service} at ${at.point}, struck: ${victim}`,
    run: (yard: Yard) => strike(yard, at, victim),
  })),
);

async function strike(yard: Yard, at: MatrixPoint, victim: Victim): Promise<boolean> {
  const held = await holdAt(yard, at, at.passedBy === "loss" ? yard.wipeRedis : undefined);
  if (victim === "itself") {
    yard.supervisor.expectEnd(held.part);
    held.order("die");
    await held.part.life().exited;
  } else if (victim === "frozen") await freeze(held);
  else {
    await yard.supervisor.kill(
      victim === "another service" ? anotherService(yard, held.part) : yard.supervisor.part(victim),
    );
    // The process goes on while what was struck is away, or once it is back.
    if (yard.random() < 0.5) await yard.supervisor.allUp();
    held.order("go");
  }
  return true;
}

async function freeze({ part, order }: Held): Promise<void> {
  const { pid } = part.life();
  process.kill(pid, "SIGSTOP");
  await sleep(frozenMs);
  process.kill(pid, "SIGCONT");
  order("go");
}

function anotherService({ supervisor, random }: Yard, held: Part): Part {
  const service = held.name.replace(/-\d+$/, "");
  const others = supervisor.workers.filter(({ name }) => !name.startsWith(service));
  const other = others[wholeBetween(random, 0, others.length - 1)];
  if (other === undefined) throw new Error(`there is no service beside ${service}`);
  return other;
}
