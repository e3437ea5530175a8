export type { OtlpOptions } from "../receiver/resource.ts";
export { type OtlpSettings, otlpSettings, tracesOn } from "../receiver/settings.ts";
export { type Otlp, openOtlp } from "./open-otlp.ts";
