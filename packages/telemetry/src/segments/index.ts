export { inIngestSpan, inStageSpan, noteArchived, noteBuffered } from "./segment-spans.ts";
