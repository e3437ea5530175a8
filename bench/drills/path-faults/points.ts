/** A fault point of the path: `before|after:<word>.<method>[#detail]`, as the worker names it. */
export type MatrixPoint = {
  readonly point: string;
  /** The service in whose process it is struck. */
  readonly service: string;
  /** `loss`: passed only after Redis has lost its data. */
  readonly passedBy: "taps" | "loss";
};

const around = (call: string): string[] => [`before:${call}`, `after:${call}`];

const passedByTaps: Readonly<Record<string, readonly string[]>> = {
  ingest: [...around("buffer.append"), ...around("credits.ask"), ...around("buffer.receipts")],
  buffer: [...around("buffer.cut"), ...around("queues.add"), "after:buffer.openSegments"],
  validation: [
    ...around("validation.run"),
    ...["after:buffer.find", "after:buffer.read", "after:index.findTaps"],
    ...around("ledger.claim"),
    ...around("buffer.keepVerdicts"),
    "before:queues.add",
  ],
  encryption: [...around("encryption.run"), "after:buffer.verdicts", ...around("buffer.keepSealed")],
  transfer: [
    ...around("transfer.run"),
    ...["after:buffer.sealed", "after:index.standing"],
    ...around("archive.putTogether"),
    ...["after:upload.part#object", "after:upload.part#signature", "after:upload.part#manifest"],
    ...["after:upload.turn#object", "after:upload.turn#signature", "after:upload.turn#manifest"],
    ...["after:upload.named#object", "after:upload.named#signature", "after:upload.named#manifest"],
    ...around("index.recordEnd"),
    ...around("ledger.release"),
    ...around("buffer.finish"),
  ],
};

const passedByLoss: Readonly<Record<string, readonly string[]>> = {
  buffer: [
    ...around("index.declareGeneration"),
    ...around("buffer.openGeneration"),
    "before:archive.list",
    "after:index.knownSegments",
  ],
};

const pointsOf = (
  table: Readonly<Record<string, readonly string[]>>,
  passedBy: MatrixPoint["passedBy"],
): MatrixPoint[] =>
  Object.entries(table).flatMap(([service, points]) => points.map((point) => ({ point, service, passedBy })));

/** Where the drill strikes. */
export const matrixPoints: readonly MatrixPoint[] = [
  ...pointsOf(passedByTaps, "taps"),
  ...pointsOf(passedByLoss, "loss"),
];

/**
 * Who is struck while a process is held at a point: itself; a process of another service; a server; or itself by
 * SIGSTOP for longer than its locks last, so that another process does the same work meanwhile.
 */
export const victims = ["itself", "another service", "redis", "postgres", "archive", "frozen"] as const;

export type Victim = (typeof victims)[number];
