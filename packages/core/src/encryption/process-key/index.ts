export { FrameSeal } from "./frame-seal.ts";
export { openWithProcessKey, sealWithProcessKey } from "./process-key.ts";
