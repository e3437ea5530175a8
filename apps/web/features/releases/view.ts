import type { AddressForm } from "../../client/use-address-view.ts";

/** What is open beside the list: a service by its word, a shift by its number, or rules by their kind. */
export interface OpenView {
  open: string | null;
}

const openForm = (name: string): AddressForm<OpenView> => ({
  read: (params) => ({ open: params.get(name) || null }),
  write: ({ open }) => (open === null ? "" : `?${new URLSearchParams({ [name]: open })}`),
});

export const servicesAddress = openForm("service");
export const historyAddress = openForm("shift");
export const rulesAddress = openForm("rules");
