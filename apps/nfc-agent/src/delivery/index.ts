export { Delivery } from "./delivery.ts";
export type { DeliveryOptions, DeliverySettings } from "./delivery-options.ts";
export type { BatchTrace, Credentials, Link, SendOutcome } from "./link.ts";
export { type LinkOptions, linksTo } from "./links-to.ts";
export type { Trouble } from "./setback.ts";
