"use client";

import { useState } from "react";
import { apiClient, messageOfOurs } from "../../client/api.ts";
import { lookAgain } from "../../client/use-channels.ts";
import type { DeliveryView } from "../../contracts/alert-channels.ts";
import * as strings from "../../strings/generated/alert-channels/use-tests.ts";

export type TestState =
  | { readonly is: "under-way" }
  /** As far as it has come. */
  | { readonly is: "tried"; readonly delivery: DeliveryView }
  | { readonly is: "refused"; readonly why: string };

/** Tests by the names of their channels, as long as the page stands. */
export function useTests() {
  const [tests, setTests] = useState<ReadonlyMap<string, TestState>>(new Map());
  const note = (name: string, state: TestState) => setTests((before) => new Map(before).set(name, state));
  return {
    of: (name: string): TestState | null => tests.get(name) ?? null,
    send: async (name: string, reason: string): Promise<void> => {
      note(name, { is: "under-way" });
      try {
        note(name, { is: "tried", delivery: await apiClient.alertChannels.test.mutate({ name, reason }) });
      } catch (error) {
        note(name, { is: "refused", why: messageOfOurs(error) ?? strings.theServerDoesNotAnswer });
      }
      await lookAgain();
    },
  };
}
