export { consoleSpan, rootSpans, tapReadSpan } from "./names.ts";
export { openTracing } from "./open-tracing.ts";
export { type TracingSettings, tracesOn, tracingSettings } from "./settings.ts";
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
export type { Tracing, TracingOptions } from "./tracing.ts";
