export { Delivery, type DeliveryOptions, type DeliverySettings } from "./delivery.ts";
export type { BatchTrace, Credentials, Link, SendOutcome } from "./link.ts";
export { type LinkOptions, linksTo } from "./links-to.ts";
export type { Trouble } from "./setback.ts";
