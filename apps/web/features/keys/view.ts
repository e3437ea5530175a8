import type { AddressForm } from "../../client/use-address-view.ts";

/** Which key is open beside the ring; it stands in the address by its short id. */
export interface KeysAddress {
  open: string | null;
}

export const keysAddress: AddressForm<KeysAddress> = {
  read: (params) => ({ open: params.get("key") || null }),
  write: ({ open }) => (open === null ? "" : `?${new URLSearchParams({ key: open })}`),
};
