import type { Part } from "../../installation/index.ts";
import type { Yard } from "../yard/open-yard.ts";

type At = { readonly type: "fault.at"; readonly point: string; readonly nth: number; readonly pass: number };
type Passes = { readonly type: "fault.passes"; readonly passes: Readonly<Record<string, number>> };

/** A process that waits at a fault point. */
export type Held = {
  readonly part: Part;
  readonly nth: number;
  readonly order: (order: "go" | "die") => void;
};

const reachWithinMs = 60_000;
const answerWithinMs = 20_000;

/**
 * Arms `point` in every process of `service` and waits until one is there; the others go on.
 * @param provoke called once the point is armed
 * @throws Error where none comes within a minute
 */
export async function holdAt(
  { supervisor }: Yard,
  { point, service }: { readonly point: string; readonly service: string },
  provoke: () => Promise<void> = () => Promise.resolve(),
): Promise<Held> {
  const processes = processesOf(supervisor.workers, service);
  const { promise, resolve, reject } = Promise.withResolvers<Held>();
  const timer = setTimeout(
    () => reject(new Error(`no process of ${service} came to ${point} within ${reachWithinMs / 1000} s`)),
    reachWithinMs,
  );
  const deaf = processes.map((part) => {
    const { child } = part.life();
    return child?.listen((message) => {
      const at = message as Partial<At>;
      if (at.type !== "fault.at" || at.point !== point || at.pass === undefined) return;
      const { pass, nth = 0 } = at;
      resolve({ part, nth, order: (order) => child.send({ type: "fault.order", pass, order, stallMs: 0 }) });
    });
  });
  try {
    for (const part of processes) part.life().child?.send({ type: "fault.arm", point });
    await provoke();
    const held = await promise;
    for (const part of processes) if (part !== held.part) part.life().child?.send({ type: "fault.disarm" });
    return held;
  } finally {
    clearTimeout(timer);
    for (const stop of deaf) stop?.();
  }
}

/** How often each point was passed, over all processes that run now; a point that none knows is missing. */
export async function passesOf({ supervisor }: Yard): Promise<Map<string, number>> {
  const sums = new Map<string, number>();
  const answers = await Promise.all(supervisor.workers.map(async (part) => [part, await ask(part)] as const));
  for (const [part, passes] of answers)
    for (const [point, times] of Object.entries(passes))
      for (const service of part.name.replace(/-\d+$/, "").split(","))
        sums.set(`${service} ${point}`, (sums.get(`${service} ${point}`) ?? 0) + times);
  return sums;
}

function processesOf(workers: readonly Part[], service: string): Part[] {
  return workers.filter(({ name }) => name.replace(/-\d+$/, "").split(",").includes(service));
}

async function ask(part: Part): Promise<Passes["passes"]> {
  const { child } = part.life();
  if (child === null) return {};
  return await new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`${part.name} does not tell its points`)),
      answerWithinMs,
    );
    const stop = child.listen((message) => {
      const told = message as Partial<Passes>;
      if (told.type !== "fault.passes" || told.passes === undefined) return;
      clearTimeout(timer);
      stop();
      resolve(told.passes);
    });
    child.send({ type: "fault.list" });
  });
}
