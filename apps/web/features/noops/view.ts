import type { DecisionState } from "@tapline/core/noops";
import type { AddressForm } from "../../client/use-address-view.ts";

/** Which decisions are looked at. `acts`: those by which something was, is or would be done. */
export const decisionShows = ["acts", "waiting", "refused", "all"] as const;

export type DecisionShow = (typeof decisionShows)[number];

export interface DecisionsView {
  show: DecisionShow;
  /** Of this rule alone. */
  rule: string | null;
  /** Id of the decision that is open beside the list. */
  open: string | null;
}

export const decisionsAddress: AddressForm<DecisionsView> = {
  read: (params) => ({
    show: decisionShows.find((known) => known === params.get("show")) ?? "acts",
    rule: params.get("rule") || null,
    open: params.get("decision") || null,
  }),
  write: ({ show, rule, open }) => {
    const params = new URLSearchParams();
    if (show !== "acts") params.set("show", show);
    if (rule !== null) params.set("rule", rule);
    if (open !== null) params.set("decision", open);
    return params.size === 0 ? "" : `?${params}`;
  },
};

/** The states of each way to look; undefined: all. */
export const statesOf: Readonly<Record<DecisionShow, DecisionState[] | undefined>> = {
  acts: ["waiting-approval", "acting", "done", "failed", "undone", "expired", "dry-run"],
  waiting: ["waiting-approval"],
  refused: ["refused", "expired", "failed"],
  all: undefined,
};

/** The rule that is open beside the list of rules. */
export interface RulesView {
  open: string | null;
}

export const rulesAddress: AddressForm<RulesView> = {
  read: (params) => ({ open: params.get("rule") || null }),
  write: ({ open }) => (open === null ? "" : `?${new URLSearchParams({ rule: open })}`),
};
