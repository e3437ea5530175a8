import type { TimeZoneChoice } from "../../client/time-zone.ts";
import type { AddressForm } from "../../client/use-address-view.ts";
import { fieldTimeOf } from "./field-time.ts";

/** Which entries are looked at, and which of them is open: all of it stands in the address. */
export interface AuditView {
  /** An operator's, agent's, job's or rule's id. */
  by: string;
  /** An action, as key.changed, or a kind of them, as key. */
  action: string;
  /** What was acted on, as segment/<id>, or a kind of things, as segment. */
  subject: string;
  /** Stands anywhere in the entry. */
  text: string;
  /** Of this time on, and before that one, ms since 1970. */
  sinceEpochMs: number | null;
  untilEpochMs: number | null;
  /** Id of the entry that is open beside the list. */
  open: string | null;
}

const names = { by: "by", action: "action", subject: "subject", text: "words" } as const;

export const auditAddress: AddressForm<AuditView> = {
  read: (params) => ({
    ...{ by: params.get("by") ?? "", action: params.get("action") ?? "" },
    ...{ subject: params.get("subject") ?? "", text: params.get("words") ?? "" },
    ...{ sinceEpochMs: instant(params.get("since")), untilEpochMs: instant(params.get("until")) },
    open: params.get("entry") || null,
  }),
  write: (view) => {
    const params = new URLSearchParams();
    for (const [field, name] of Object.entries(names)) {
      const value = view[field as keyof typeof names];
      if (value !== "") params.set(name, value);
    }
    if (view.sinceEpochMs !== null) params.set("since", new Date(view.sinceEpochMs).toISOString());
    if (view.untilEpochMs !== null) params.set("until", new Date(view.untilEpochMs).toISOString());
    if (view.open !== null) params.set("entry", view.open);
    return params.size === 0 ? "" : `?${params}`;
  },
};

function instant(text: string | null): number | null {
  const epochMs = Date.parse(text ?? "");
  return Number.isNaN(epochMs) || epochMs < 0 ? null : epochMs;
}

/** The view's filter as the server takes it. */
export interface AuditFilter {
  actorId?: string;
  action?: string;
  subject?: string;
  text?: string;
  sinceEpochMs?: number;
  untilEpochMs?: number;
}

export function filterOf({ by, action, subject, text, sinceEpochMs, untilEpochMs }: AuditView): AuditFilter {
  return {
    ...(by === "" ? {} : { actorId: by }),
    ...(action === "" ? {} : { action }),
    ...(subject === "" ? {} : { subject }),
    ...(text === "" ? {} : { text }),
    ...(sinceEpochMs === null ? {} : { sinceEpochMs }),
    ...(untilEpochMs === null ? {} : { untilEpochMs }),
  };
}

export const isFiltered = (view: AuditView): boolean => Object.keys(filterOf(view)).length > 0;

/** Where somebody wants to go: a place of the log, a time, or nowhere that is understood. @param zone of a time that names none */
export function targetOf(
  text: string,
  zone: TimeZoneChoice,
): { is: "place"; index: number } | { is: "time"; epochMs: number } | null {
  const said = text.trim().replace(/^#/, "");
  if (/^\d[\d,. ]*$/.test(said)) {
    const index = Number(said.replace(/[,. ]/g, ""));
    return Number.isSafeInteger(index) ? { is: "place", index } : null;
  }
  const [, day, time = "00:00"] = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?))?$/.exec(said) ?? [];
  const epochMs = day === undefined ? instant(said) : fieldTimeOf(`${day}T${time}`, zone);
  return epochMs === null ? null : { is: "time", epochMs };
}
