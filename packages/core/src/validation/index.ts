export { plausible } from "./plausibility.ts";
export { segmentVerdictsSchema, type TapVerdict, tapVerdictSchema } from "./verdicts.ts";
