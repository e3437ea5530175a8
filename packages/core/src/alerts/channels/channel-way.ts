import type { Channel } from "./channel.ts";

const shapes = { plain: "webhook", slack: "Slack", teams: "Teams" } as const;

/** How a channel reaches people, for anybody to read: neither secrets nor anybody's address. */
export function channelWay(channel: Channel): string {
  switch (channel.kind) {
    case "email":
      return channel.to.length === 1 ? "e-mail to one address" : `e-mail to ${channel.to.length} addresses`;
    case "web-push":
      return channel.to === undefined
        ? "browsers of all who may act"
        : `browsers of ${channel.to.length === 1 ? "one person" : `${channel.to.length} people`}`;
    case "webhook": {
      const { url, shape } = channel;
      return `${shapes[shape]} at ${typeof url === "string" ? new URL(url).host : "a secret address"}`;
    }
  }
}
