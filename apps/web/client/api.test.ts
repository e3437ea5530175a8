import type { KpiLive } from "@tapline/core/kpi";
import { beforeEach, expect, test } from "vitest";
import { api, queryClient } from "./api.ts";

const key = api.kpi.live.queryKey();
const picture = (seq: number) => ({ stream: "a", seq, atEpochMs: seq * 250 }) as KpiLive;
const answering = (live: KpiLive | null) =>
  queryClient.fetchQuery({ queryKey: key, queryFn: () => Promise.resolve(live), staleTime: 0 });

beforeEach(() => queryClient.clear());

test("an answer that was asked for before a socket event does not overwrite it", async () => {
  queryClient.setQueryData(key, picture(8));
  await answering(picture(7));
  expect(queryClient.getQueryData(key)).toMatchObject({ seq: 8 });
  await answering(picture(9));
  expect(queryClient.getQueryData(key)).toMatchObject({ seq: 9 });
});

test("an empty answer, as after the loss of Redis, keeps the last known picture", async () => {
  queryClient.setQueryData(key, picture(8));
  await answering(null);
  expect(queryClient.getQueryData(key)).toMatchObject({ seq: 8 });
});

test("a failed question keeps the last known picture and its time", async () => {
  queryClient.setQueryData(key, picture(8));
  const knownSince = queryClient.getQueryState(key)?.dataUpdatedAt;
  const failing = () => Promise.reject(new Error("away"));
  await queryClient.fetchQuery({ queryKey: key, queryFn: failing, staleTime: 0 }).catch(() => {});
  expect(queryClient.getQueryData(key)).toMatchObject({ seq: 8 });
  expect(queryClient.getQueryState(key)?.dataUpdatedAt).toBe(knownSince);
});
