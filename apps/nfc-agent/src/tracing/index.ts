export { TapTracing } from "./tap-tracing.ts";
