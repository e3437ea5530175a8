import { setTimeout as sleep } from "node:timers/promises";
import type { CreditAsk } from "@tapline/core/validation";
import fc from "fast-check";
import type { Segment } from "./attempt.ts";
import type { Rival } from "./crew.ts";
import type { Tap } from "./ledger-model.ts";
import { leaseMs } from "./settings.ts";
import type { Stage } from "./stage.ts";

type Command = fc.AsyncCommand<Stage, Stage>;
/** A number that chance gives; which one of those that are there it means shows when it is used. */
type Pick = number;

function pick<Thing>(things: readonly Thing[], at: Pick): Thing {
  const thing = things[at % things.length];
  if (thing === undefined) throw new Error("there is nothing to pick from");
  return thing;
}

function command(name: string, check: (stage: Stage) => boolean, run: (stage: Stage) => unknown): Command {
  return { check, run: async (_, stage) => void (await run(stage)), toString: () => name };
}

const always = (): boolean => true;
const canArchive = (stage: Stage): Segment[] =>
  stage.segments.filter((segment) => segment.stage === "kept" && segment.life === stage.life);
const canEnd = (stage: Stage): Segment[] =>
  stage.segments.filter((segment) => segment.stage === "archived" && segment.life === stage.life);
const stalled = ({ rivals }: Stage): Rival[] => rivals.filter(({ isStalled }) => isStalled);

const picks = fc.nat({ max: 11 });

/** Few enough that numbers meet again: as duplicates, with other content, as gaps that fill, over the tracker's rate. */
const taps = fc
  .record({
    tracker: fc.constantFrom("t1", "t1", "t2"),
    trackerEpoch: fc.constantFrom(1, 1, 1, 2),
    trackerSeq: fc.integer({ min: 1, max: 7 }),
    content: fc.constantFrom("a", "a", "a", "b"),
    agent: fc.constantFrom("agent-1", "agent-2"),
  })
  .map(({ content, ...tap }): Tap => {
    const digest = `${content}${tap.trackerSeq}`;
    const seq = Number(
      `${tap.tracker.slice(1)}${tap.trackerEpoch}${tap.trackerSeq}${content === "a" ? 1 : 2}`,
    );
    return { ...tap, digest, epoch: 1, seq, owner: `${tap.agent}/1/${seq}` };
  });
const segments = fc.uniqueArray(taps, { minLength: 1, maxLength: 4, selector: ({ owner }) => owner });

const textOf = (brought: readonly Tap[]): string =>
  brought
    .map(
      ({ owner, tracker, trackerEpoch, trackerSeq, digest }) =>
        `${tracker}/${trackerEpoch}/${trackerSeq}=${digest} by ${owner}`,
    )
    .join(", ");

const cut = fc
  .tuple(picks, segments)
  .map(([rival, brought]) =>
    command(`cut(${rival}: ${textOf(brought)})`, always, async (stage) =>
      stage.attempt(pick(stage.running, rival), await stage.cut(brought)),
    ),
  );
/** The same segment once more, as when its job was believed dead, wherever it stands. */
const again = fc.tuple(picks, picks).map(([rival, segment]) =>
  command(
    `again(${rival}, ${segment})`,
    (stage) => stage.segments.length > 0,
    (stage) => stage.attempt(pick(stage.running, rival), pick(stage.segments, segment)),
  ),
);
const step = fc.tuple(picks, fc.integer({ min: 1, max: 3 })).map(([at, times]) =>
  command(
    `step(${at}, ${times})`,
    (stage) => stage.movable.length > 0,
    async (stage) => {
      const attempt = pick(stage.movable, at);
      for (let i = 0; i < times; i++) await stage.step(attempt);
    },
  ),
);
const archive = picks.map((at) =>
  command(
    `archive(${at})`,
    (stage) => canArchive(stage).length > 0,
    (stage) => stage.archive(pick(canArchive(stage), at)),
  ),
);
const end = picks.map((at) =>
  command(
    `end(${at})`,
    (stage) => canEnd(stage).length > 0,
    (stage) => stage.end(pick(canEnd(stage), at)),
  ),
);
const stall = picks.map((at) =>
  command(
    `stall(${at})`,
    (stage) => stage.running.length > 1,
    (stage) => stage.stall(pick(stage.running, at)),
  ),
);
const wake = picks.map((at) =>
  command(
    `wake(${at})`,
    (stage) => stalled(stage).length > 0,
    (stage) => stage.wake(pick(stalled(stage), at)),
  ),
);
const kill = picks.map((at) =>
  command(`kill(${at})`, always, (stage) => stage.kill(pick(stage.running, at))),
);
const loseBuffer = fc.constant(null).map(() => command("loseBuffer", always, (stage) => stage.loseBuffer()));
/** Longer than any lease that nobody renews. */
const outlive = fc.constant(null).map(() => command("outlive", always, () => sleep(leaseMs + 10)));

const asks = fc.uniqueArray(
  fc.record({
    rival: fc.nat({ max: 2 }),
    kind: fc.constantFrom<CreditAsk["kind"]>("some", "all", "rate"),
    taps: fc.integer({ min: 1, max: 300 }),
    agent: fc.constantFrom("agent-1", "agent-2"),
  }),
  { minLength: 1, maxLength: 3, selector: ({ rival }) => rival },
);
const ask = asks.map((wanted) =>
  command(
    `ask(${wanted.map(({ rival, kind, taps, agent }) => `${rival}: ${kind} ${taps} for ${agent}`).join(", ")})`,
    always,
    async (stage) => {
      const able = wanted.filter(({ rival }) => rival < stage.running.length);
      await stage.purse.ask(
        able.map(({ rival, ...one }) => ({ ...one, holder: pick(stage.running, rival).name })),
      );
    },
  ),
);
const spend = fc.tuple(picks, fc.integer({ min: 1, max: 300 })).map(([at, most]) =>
  command(`spend(${at}, ${most})`, always, async (stage) => {
    const { name } = pick(stage.running, at);
    const taps = Math.min(most, stage.purse.model.heldBy(name));
    if (taps > 0) await stage.purse.spend(name, taps);
  }),
);
const leave = picks.map((at) =>
  command(`leave(${at})`, always, (stage) => stage.purse.leave(pick(stage.running, at).name)),
);
const drain = fc.constant(null).map(() => command("drain", always, (stage) => stage.purse.drain()));

/** Commands by how often they come; deaths and long pauses are dear, and no more telling for being many. */
const weighted = fc.oneof(
  { weight: 60, arbitrary: step },
  { weight: 16, arbitrary: cut },
  { weight: 6, arbitrary: again },
  { weight: 10, arbitrary: archive },
  { weight: 8, arbitrary: end },
  { weight: 4, arbitrary: stall },
  { weight: 3, arbitrary: wake },
  { weight: 2, arbitrary: outlive },
  { weight: 1, arbitrary: loseBuffer },
  { weight: 12, arbitrary: ask },
  { weight: 6, arbitrary: spend },
  { weight: 2, arbitrary: leave },
  { weight: 3, arbitrary: drain },
);

/** An order of steps. @param replayPath of a counterexample that is to be played again */
export function interleavings(replayPath?: string): fc.Arbitrary<Iterable<Command>> {
  const rare = fc.oneof({ weight: 800, arbitrary: weighted }, { weight: 1, arbitrary: kill });
  return fc.commands([rare], {
    ...{ maxCommands: 50, size: "max" },
    ...(replayPath === undefined ? {} : { replayPath }),
  });
}
