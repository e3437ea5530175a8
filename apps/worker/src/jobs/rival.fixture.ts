import { CreditBook, connectRedis, SegmentBuffer, TapLedger } from "@tapline/adapters/redis";
import { hasCode, messageOf } from "@tapline/core/kernel";
import { type CreditAsk, type CreditLimits, defaultRules, type TrackerRate } from "@tapline/core/validation";
import { claimSequence, type SequenceClaim, type SequenceParts } from "./claim-sequence.ts";

// One of several processes that claim numbers and credits in one Redis. For the drill `locks`, which starts it and talks to it by
// messages: before each step that others can see an attempt says where it stands ("at") and waits for "go", so that the
// drill decides in which order the steps of all processes come.
type Settings = { leaseMs: number; maxWaitMs: number; rate: TrackerRate; limits: CreditLimits };
type Begin = { type: "begin"; job: number; segment: string; generation: string; claims: SequenceClaim[] };
type Go = { type: "go"; job: number; answer?: unknown };
type Call =
  | { type: "ask"; call: number; held: number; asks: (CreditAsk & { agent: string })[] }
  | { type: "spend"; call: number; taps: number }
  | { type: "leave"; call: number };

const [url = "", holder = "", settingsText = "{}"] = process.argv.slice(2);
const settings = JSON.parse(settingsText) as Settings;
const { leaseMs, maxWaitMs } = settings;
const redis = connectRedis(url, () => undefined);
const ledger = new TapLedger(redis, { leaseMs });
const buffer = new SegmentBuffer(redis);
const book = new CreditBook(redis, settings.limits, holder, { leaseMs });
const release = { version: 1, rules: { ...defaultRules, trackerRate: settings.rate } };
const waiting = new Map<number, (answer: unknown) => void>();

function tell(message: object): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

/** Stands before a step until the drill lets it go; resolves with what it says to it. */
async function pass(job: number, step: string, about: object = {}): Promise<unknown> {
  return await new Promise((resolve) => {
    waiting.set(job, resolve);
    tell({ type: "at", job, step, ...about });
  });
}

function partsOf(job: number): SequenceParts {
  return {
    maxWaitMs,
    ledger: {
      leaseMs,
      claim: async (request) => {
        const leases = [...request.leases].map(([tracker, { token, highest }]) => ({
          ...{ tracker, token, highest: [...highest] },
        }));
        await pass(job, "claim", { claims: request.claims, leases });
        const answers = await ledger.claim(request);
        tell({ type: "did", job, answers });
        return answers;
      },
      renew: async (generation, leases) => {
        const atMs = Date.now();
        const stands = await ledger.renew(generation, leases);
        if (stands) tell({ type: "renewed", job, atMs });
        return stands;
      },
    },
    index: {
      findTaps: async (taps) => (await pass(job, "find-taps", { taps })) as never,
      generation: async () => (await pass(job, "generation")) as never,
      findAgentTaps: async (taps) =>
        taps.length === 0 ? [] : ((await pass(job, "find-agent-taps", { taps })) as never),
    },
  };
}

async function attempt({ job, segment, generation, claims }: Begin): Promise<void> {
  try {
    const verdicts = await claimSequence(segment, generation, claims, release, partsOf(job));
    await pass(job, "keep");
    const isFirst = await buffer.keepVerdicts(segment, verdicts, "encryption");
    tell({ type: "ended", job, verdicts, isFirst });
  } catch (error) {
    const code = (["conflict", "unavailable"] as const).find((known) => hasCode(error, known)) ?? "unknown";
    tell({ type: "ended", job, code, text: messageOf(error) });
  }
}

async function carryOut(call: Call): Promise<unknown> {
  if (call.type === "ask") return (await book.ask(call.held, call.asks)).grants.map(({ taps }) => taps);
  if (call.type === "spend") return await buffer.append(Buffer.from([1]), call.taps, holder);
  return await book.leave();
}

process.on("message", (message: Begin | Go | Call) => {
  if (message.type === "begin") void attempt(message);
  else if (message.type === "go") waiting.get(message.job)?.(message.answer);
  else
    carryOut(message).then(
      (answer) => tell({ type: "answer", call: message.call, answer }),
      (error: unknown) => tell({ type: "answer", call: message.call, error: messageOf(error) }),
    );
});
process.on("disconnect", () => process.exit());
await redis.ping();
tell({ type: "ready" });
