import type { AddressForm } from "../../client/use-address-view.ts";

/** Which rules are looked at, and which of them is open. */
export interface RulesView {
  text: string;
  open: string | null;
}

export const rulesAddress: AddressForm<RulesView> = {
  read: (params) => ({ text: params.get("words") ?? "", open: params.get("rule") || null }),
  write: ({ text, open }) => {
    const params = new URLSearchParams();
    if (text !== "") params.set("words", text);
    if (open !== null) params.set("rule", open);
    return params.size === 0 ? "" : `?${params}`;
  },
};
