import { sentencesOf } from "../../client/sentences.ts";
import * as strings from "../../strings/generated/audit/fetch-export.ts";
import type { AuditFilter } from "./view.ts";

/** A file that the server made. */
export interface SavedExport {
  name: string;
  data: Blob;
}

/**
 * Fetches an export, whole.
 * @param onBytes told how many bytes have come
 * @throws Error with words for people: what was refused, or that it broke off
 */
export async function fetchExport(
  form: "csv" | "ndjson",
  filter: AuditFilter,
  onBytes: (bytes: number) => void,
): Promise<SavedExport> {
  const response = await fetch(`/api/audit/export?${queryOf(form, filter)}`).catch(() => {
    throw new Error("The server does not answer.");
  });
  if (!response.ok) throw new Error(await refusalOf(response));
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const reader = response.body?.getReader();
  try {
    for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
      parts.push(part.value);
      bytes += part.value.length;
      onBytes(bytes);
    }
  } catch {
    throw new Error("It broke off on its way: nothing was saved. Try again.");
  }
  const [, name] = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "") ?? [];
  return { name: name ?? "audit.zip", data: new Blob(parts, { type: "application/zip" }) };
}

function queryOf(form: string, { sinceEpochMs, untilEpochMs, ...filter }: AuditFilter): URLSearchParams {
  const query = new URLSearchParams({ form, ...filter });
  if (sinceEpochMs !== undefined) query.set("since", new Date(sinceEpochMs).toISOString());
  if (untilEpochMs !== undefined) query.set("until", new Date(untilEpochMs).toISOString());
  return query;
}

async function refusalOf(response: Response): Promise<string> {
  try {
    const { message, remedy } = (await response.json()) as { message: string; remedy: string | null };
    return sentencesOf(message, remedy);
  } catch {
    return strings.theServerAnsweredStatus({ status: response.status });
  }
}
