export { type EffectiveSettings, effectiveSettings } from "./effective.ts";
export { LiveSettings } from "./live-settings.ts";
