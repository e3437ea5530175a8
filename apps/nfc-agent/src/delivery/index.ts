export { Delivery, type DeliveryOptions, type DeliverySettings } from "./delivery.ts";
export type { Credentials, Link } from "./link.ts";
export { type LinkOptions, linksTo } from "./links-to.ts";
export type { Trouble } from "./setback.ts";
