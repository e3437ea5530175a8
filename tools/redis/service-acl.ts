import type { Service } from "../database/index.ts";

/** What a service reaches in Redis: patterns of keys and channels, without what all of them begin with. */
type ServiceAcl = {
  /** Keys that it reads and writes. */
  readonly works: readonly string[];
  /** Keys that it reads alone. */
  readonly reads: readonly string[];
  readonly channels: readonly string[];
  /** Commands beside those of all. */
  readonly more?: readonly string[];
};

/**
 * What all may: commands on keys and channels of theirs, our scripts among them, which run with the rights of whoever calls. Nothing
 * that is of the server or of all keys: no KEYS, FLUSHALL, ACL, SCRIPT FLUSH, no CONFIG either, which tells the main password. INFO,
 * since clients ask it whether the server has loaded its data, and it says how much memory is left.
 */
const commands = [
  ...["-@all", "+@read", "+@write", "+@blocking", "+@connection", "+@transaction", "+@pubsub"],
  ...["+eval", "+evalsha", "+script|load", "+script|exists"],
  ...["-@dangerous", "-scan", "-randomkey", "-dbsize", "-pubsub", "-function", "+info", "+time"],
  // Whoever tracks what changes is told the names of all keys, of agents and trackers too, whatever its patterns are. Nothing of ours uses
  // places, whose commands with two STOREs went past the patterns in some releases of Valkey.
  ...["-client|tracking", "-@geo"],
  // By which a client finds its way in a cluster.
  ...["+cluster|info", "+cluster|slots", "+cluster|shards", "+cluster|nodes"],
];

// A script's keys count as written, whatever it does with them, so those of one service's scripts stand under `works`.
const life = "{p*}:generation";
const counts = "{p*}:counts";
/** Channels of the buffer; scripts take them as keys, too. */
const news = "{p*}:news";
const frames = ["{p*}:frames", "{p*}:uncut", counts];
const segment = "{p*}:segment:*";
const open = "{p*}:open";
const failing = "{p*}:failing";
const segments = [
  ...[open, "{p*}:preparing", failing, segment, "{p*}:sealed:*", "{p*}:waiting:*"],
  "{p0}:cards",
];
const trackers = "{p0}:tracker:*";
const fence = "{p0}:fence";
const credits = "{p0}:credits:*";
const ceilings = "{p0}:credits:ceilings";
const refusedTaps = "{p0}:credits:refused:*";
const receipts = "{p*}:receipts:*";
const shares = "{p*}:shares";
const evidence = "{p*}:evidence:*";
const proofs = "{p0}:proof:*";
const agentLogs = "{p0}:agent-logs:*";
const ringReadings = "{p0}:keys:readings";
const table = "{p0}:telemetry:services";
const wishes = "{p0}:balance:wishes";
const sockets = "socket.io*";

/** What is in the buffer, and since when: a script says it. */
const backlog = ["{p*}:frames", counts];

/** Every process says what it saw. */
const told = "{p0}:telemetry:deltas";

/** Every worker tells Prometheus how many jobs wait, which scripts of the queues' count, and what services need. */
const worker = { works: [told, "{p0}:queue:*"], reads: [wishes] } as const;

/** A stage of the path: takes jobs, reads its segment, moves it on. */
const stage = [...worker.works, life, news, ...frames, ...segments, evidence];

/** What each service reaches in Redis: what its code uses. The user of one-machine installations is not here. */
export const serviceAcl: Readonly<Record<Service, ServiceAcl>> = {
  ingest: {
    works: [...worker.works, life, news, ...frames, credits, agentLogs],
    reads: [...worker.reads, receipts],
    channels: [news, "door", "agents:news"],
  },
  buffer: {
    works: [...stage, shares, trackers, "{p0}:credits:shut", "{p0}:cutters:*"],
    reads: worker.reads,
    channels: [news],
    // Forgets what was claimed in a life of the buffer that is over.
    more: ["+scan"],
  },
  validation: {
    works: [...stage, trackers, fence, refusedTaps],
    reads: worker.reads,
    channels: [news, "door"],
  },
  encryption: { works: [...stage, ringReadings], reads: worker.reads, channels: [news] },
  // Replays quarantined taps as a door does.
  transfer: {
    works: [...stage, trackers, credits, receipts, proofs],
    reads: worker.reads,
    channels: [news],
  },
  // A segment that an archive has and the index has not may be under way.
  audit: { works: worker.works, reads: [...worker.reads, life, segment], channels: [] },
  kpi: { works: [...worker.works, "{kpi}:*", ...backlog], reads: [...worker.reads, ceilings], channels: [] },
  alerts: {
    works: [...worker.works, "{alerts}:*", ...backlog],
    reads: [...worker.reads, ceilings],
    channels: [],
  },
  telemetry: { works: [...worker.works, table], reads: worker.reads, channels: [] },
  balance: { works: [...worker.works, "{p0}:balance:*", ...backlog], reads: [table], channels: [] },
  noops: {
    // A flush ends the buffer's life, a shift sets shares.
    works: [...worker.works, life, news, ...frames, ...segments, shares],
    reads: [...worker.reads, table, evidence, ceilings],
    channels: [news],
  },
  web: {
    // What it wants of workers waits in their queues; how a segment's job stands scripts of theirs say.
    works: [...worker.works, proofs, agentLogs, "{alerts}:live", sockets],
    reads: [
      ...[life, counts, open, failing, segment, trackers, receipts],
      ...["{kpi}:*", "{p0}:balance:*", table, ringReadings],
    ],
    channels: ["agents:news", sockets],
    // How many processes of the console there are, of which it asks each for its sockets: so streams of ended sessions end.
    more: ["+pubsub|numsub"],
  },
};

/** People's commands, in a cluster: all that is the installation's, and nothing that is the server's. */
const ofCommands: ServiceAcl = { works: ["*"], reads: [], channels: ["*"], more: ["+scan"] };

/** Who looks after the server, and makes users. */
export const administratorRules: string[] = ["on", "~*", "&*", "+@all"];

/** A server that follows another one: it copies, and says how far it has come. */
const replicaRules: string[] = ["on", "-@all", "+psync", "+replconf", "+ping"];

/** Where sentinels tell each other of themselves, on the servers that they watch. */
const hello = "&__sentinel__:hello";

/** A sentinel at the servers: it asks how they are, and has one of them take over. */
const sentinelRules: string[] = [
  ...["on", "resetchannels", hello, "-@all", "+ping", "+info", "+role", "+publish", "+subscribe"],
  ...["+multi", "+exec", "+slaveof", "+replicaof", "+config|rewrite", "+client|setname", "+client|kill"],
  ...["+script|kill"],
];

/** What belongs to the servers themselves. */
export const serverRules = {
  replica: replicaRules,
  sentinel: sentinelRules,
  administrator: administratorRules,
} as const;

/**
 * What is asked of sentinels: which server is the master, by services and commands; by each other whether they find it gone, too; by a
 * server whose pod is to end that another one take over.
 */
export const rulesAtSentinels = {
  asking: [
    ...["on", "resetchannels", "&+switch-master", "-@all", "+ping", "+info", "+subscribe"],
    ...["+sentinel|get-master-addr-by-name", "+sentinel|sentinels", "+client|setname"],
  ],
  sentinel: [
    ...["on", "resetchannels", hello, "-@all", "+ping", "+info", "+publish", "+subscribe"],
    ...["+sentinel|is-master-down-by-addr", "+client|setname"],
  ],
  replica: ["on", "resetchannels", "-@all", "+sentinel|get-master-addr-by-name", "+sentinel|failover"],
  administrator: administratorRules,
} as const;

const root = "tapline:";

/** The rules of a user but its password, as `ACL SETUSER` takes them: whatever it could before, it can this alone. */
export function aclRules(user: Service | "services"): string[] {
  const { works, reads, channels, more = [] } = user === "services" ? ofCommands : serviceAcl[user];
  return [
    ...["on", "clearselectors", "resetkeys", "resetchannels"],
    ...[...new Set(works)].map((pattern) => `~${root}${pattern}`),
    ...[...new Set(reads)].map((pattern) => `%R~${root}${pattern}`),
    ...channels.map((pattern) => `&${root}${pattern}`),
    ...commands,
    ...more,
  ];
}
