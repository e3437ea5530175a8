/** A tap's first span: from its coming into the field to its standing in the outbox. */
export const tapReadSpan = "tap read";
/** A request of the console's pages. */
export const consoleSpan = "console tRPC";

/** Spans that may begin a trace. */
export const rootSpans: ReadonlySet<string> = new Set([tapReadSpan, consoleSpan]);
