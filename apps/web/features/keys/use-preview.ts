"use client";

import { useCallback, useEffect, useState } from "react";
import { apiClient, detailOf } from "../../client/api.ts";
import { askKeysAnew } from "../../client/use-keys.ts";
import type { KeyPreviewView, KeyWishInput } from "../../contracts/keys.ts";

/** What a wish would do, as the server says it. */
export interface Preview {
  told: KeyPreviewView | null;
  /** Why nothing is told. */
  error: unknown;
  /** It is told anew, since the ring had changed when it was to be done. */
  isAnew: boolean;
  /** Asks again where a refusal says that the ring has changed. */
  lookAgainAfter: (refusal: unknown) => void;
}

/** Asks what a wish would do; it has to be the same object as long as it is the same wish. `null`: nothing is wished yet. */
export function usePreview(wish: KeyWishInput | null): Preview {
  const [state, setState] = useState<Omit<Preview, "lookAgainAfter">>({
    told: null,
    error: null,
    isAnew: false,
  });
  const look = useCallback(
    async (isAnew: boolean) => {
      if (wish === null) return setState({ told: null, error: null, isAnew: false });
      try {
        setState({ told: await apiClient.keys.preview.mutate(wish), error: null, isAnew });
      } catch (error) {
        setState({ told: null, error, isAnew });
      }
    },
    [wish],
  );
  useEffect(() => void look(false), [look]);
  return {
    ...state,
    lookAgainAfter: (refusal) => {
      if (detailOf(refusal)?.facts.stale !== true) return;
      askKeysAnew();
      void look(true);
    },
  };
}
