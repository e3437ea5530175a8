export { consoleSpan, rootSpans, tapReadSpan } from "./names.ts";
export { openTracing } from "./open-tracing.ts";
export {
  activeTrace,
  below,
  inSpan,
  isTracing,
  linksTo,
  noteError,
  recorded,
  traceFacts,
  tracer,
} from "./spans.ts";
export type { Tracing } from "./tracing.ts";
