import { notifyManager, QueryCache, QueryClient } from "@tanstack/react-query";
import { createTRPCClient, httpBatchLink, TRPCClientError } from "@trpc/client";
import { createTRPCOptionsProxy } from "@trpc/tanstack-react-query";
import { type AppRouter, type ErrorDetail, maxCallsPerRequest, serverTimeHeader } from "../contracts/api.ts";
import { AuthRefusal } from "./auth-refusal.ts";
import { markSignedOut } from "./live-state.ts";
import { newest } from "./newest.ts";
import { holdWhilePaused } from "./pause.ts";
import { sentencesOf } from "./sentences.ts";
import { learnServerTime } from "./server-clock.ts";

async function timedFetch(input: RequestInfo | URL | string, init?: object): Promise<Response> {
  const askedEpochMs = Date.now();
  const response = await fetch(input, init);
  const serverTime = response.headers.get(serverTimeHeader);
  if (serverTime !== null) learnServerTime(Number(serverTime), askedEpochMs, Date.now());
  return response;
}

// Within the task that brought it, and all that it brought at once. The default is a timer, behind which a frame may pass.
notifyManager.setScheduler(queueMicrotask);

/** The one cache of the browser: tRPC fills it, socket events patch it. It holds nothing on the server. */
export const queryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error) => {
      if (error instanceof TRPCClientError && error.data?.code === "UNAUTHORIZED") markSignedOut();
    },
  }),
  defaultOptions: { queries: { retry: false, refetchOnWindowFocus: false, persister: holdWhilePaused } },
});

/** For what people do; what they look at is asked for by `api`. */
export const apiClient = createTRPCClient<AppRouter>({
  links: [httpBatchLink({ url: "/api/trpc", fetch: timedFetch, maxItems: maxCallsPerRequest })],
});

/** Queries and their keys. */
export const api = createTRPCOptionsProxy<AppRouter>({ client: apiClient, queryClient });

// An answer asked for before a socket event may arrive after it: whichever is newer stays.
queryClient.setQueryDefaults(api.kpi.live.queryKey(), {
  staleTime: Number.POSITIVE_INFINITY,
  structuralSharing: (known, arrived) => newest(known as never, arrived as never),
});

/** What an error of ours says to do; `null` for an error of any other kind. */
export function detailOf(error: unknown): ErrorDetail | null {
  if (!(error instanceof TRPCClientError)) return null;
  return (error as TRPCClientError<AppRouter>).data?.tapline ?? null;
}

/** What an error of ours says; `null` for an error of any other kind. */
export function messageOfOurs(error: unknown): string | null {
  return detailOf(error) !== null && error instanceof Error ? error.message : null;
}

/** The same, and what to do about it, as sentences of a page. */
export function adviceOf(error: unknown): string | null {
  if (error instanceof AuthRefusal) return error.message;
  const message = messageOfOurs(error);
  return message === null ? null : sentencesOf(message, detailOf(error)?.remedy ?? null);
}

/** Whether the server says that it does not understand what was asked of it. */
export function isNotUnderstood(error: unknown): boolean {
  return (
    error instanceof TRPCClientError && (error as TRPCClientError<AppRouter>).data?.code === "BAD_REQUEST"
  );
}
