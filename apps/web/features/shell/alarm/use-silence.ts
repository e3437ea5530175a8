"use client";

import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { getNews, noNews, onNews } from "../../../client/alert-news.ts";

const channelName = "tapline.alarm.silence";

/**
 * What ISA-18.2 calls silencing: nothing is heard of what calls now, in all tabs of this browser, and it goes on calling. The next critical
 * alert is heard. A tab that is opened later knows nothing of it, and sounds.
 * @param calling how many critical alerts call
 */
export function useSilence(calling: number): { isSilent: boolean; silence: () => void } {
  const { critical } = useSyncExternalStore(onNews, getNews, () => noNews);
  const [silenced, setSilenced] = useState<{ most: number; news: string } | null>(null);
  const now = useRef({ most: calling, news: critical });
  useEffect(() => {
    now.current = { most: calling, news: critical };
  });
  const channel = useRef<BroadcastChannel | null>(null);
  useEffect(() => {
    const opened = new BroadcastChannel(channelName);
    channel.current = opened;
    opened.addEventListener("message", () => setSilenced(now.current));
    return () => opened.close();
  }, []);
  const isSilent = silenced !== null && calling > 0 && calling <= silenced.most && critical === silenced.news;
  useEffect(() => {
    if (!isSilent) setSilenced(null);
  }, [isSilent]);
  return {
    isSilent,
    silence: () => {
      setSilenced(now.current);
      channel.current?.postMessage("silence");
    },
  };
}
