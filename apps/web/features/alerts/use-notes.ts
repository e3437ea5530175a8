import type { Alert } from "@tapline/core/alerts";
import { useMemo, useState } from "react";

type Of = Pick<Alert, "id">;

/** What is being written about alerts and was not sent yet. It stays with its alert, wherever the keys have led meanwhile. */
export interface Notes {
  of: (alert: Of) => string;
  write: (alert: Of, text: string) => void;
  /** What there is to say of the alert, which is then no longer waiting; `null`: nothing. */
  take: (alert: Of) => string | null;
}

export function useNotes(): Notes {
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>({});
  return useMemo(() => {
    const of = ({ id }: Of) => texts[id] ?? "";
    const write = ({ id }: Of, text: string) =>
      setTexts(({ [id]: _, ...others }) => (text === "" ? others : { ...others, [id]: text }));
    const take = (alert: Of) => {
      const written = of(alert).trim();
      write(alert, "");
      return written === "" ? null : written;
    };
    return { of, write, take };
  }, [texts]);
}
