export { AddressGuard, type SendGuard } from "./address-guard.ts";
export { PushGuard } from "./push-guard.ts";
