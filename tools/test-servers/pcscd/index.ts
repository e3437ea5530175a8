export type { InsertedCard } from "./insert-card.ts";
export { missingPcsc } from "./missing-pcsc.ts";
export { findPcscParts, type PcscParts } from "./pcsc-parts.ts";
export { someTap } from "./some-tap.ts";
export { type Pcscd, type PcscdOptions, startPcscd, type VirtualReader } from "./start-pcscd.ts";
export {
  after,
  answersToReset,
  ok,
  type TagOptions,
  type2Card,
  type2Memory,
  type4Card,
  type VirtualCard,
} from "./virtual-card.ts";
