import type { WebhookChannel } from "./channel.ts";
import { type AlertNotice, factsOf, headlineOf, type NoticeLinks, runbookLink, waysOf } from "./notice.ts";

type Form = (notice: AlertNotice, links: NoticeLinks) => unknown;

const forms: Readonly<Record<WebhookChannel["shape"], Form>> = {
  plain: plainForm,
  slack: slackForm,
  teams: teamsForm,
};

/** The body of a webhook, JSON. */
export function webhookForm(shape: WebhookChannel["shape"], notice: AlertNotice, links: NoticeLinks): string {
  return JSON.stringify(forms[shape](notice, links));
}

/** For programs: the form of Standard Webhooks, `type`, `timestamp`, `data`. */
function plainForm(notice: AlertNotice, links: NoticeLinks): unknown {
  const { kind, atEpochMs, ...data } = notice;
  return {
    type: kind === "test" ? "test" : `alert.${kind}`,
    timestamp: new Date(atEpochMs).toISOString(),
    data: {
      ...data,
      ...{ consoleUrl: links.console, acknowledgeUrl: links.acknowledge },
      runbookUrl: runbookLink(notice.runbook, links.console),
    },
  };
}

/** Slack's bounds: 150 characters in a header, 3,000 in a section. */
function slackForm(notice: AlertNotice, links: NoticeLinks): unknown {
  const headline = headlineOf(notice);
  const isLinked = runbookLink(notice.runbook, links.console) !== null;
  const facts = factsOf(notice, isLinked).map(
    ([word, said]) => `*${escapeMrkdwn(word)}:* ${escapeMrkdwn(said)}`,
  );
  const buttons = waysOf(notice, links).map(([text, url]) => ({
    ...{ type: "button", text: { type: "plain_text", text }, url },
  }));
  return {
    text: escapeMrkdwn(headline),
    blocks: [
      { type: "header", text: { type: "plain_text", text: cut(headline, 150), emoji: false } },
      { type: "section", text: { type: "mrkdwn", text: cut(facts.join("\n"), 3_000), verbatim: true } },
      ...(buttons.length === 0 ? [] : [{ type: "actions", elements: buttons }]),
    ],
  };
}

/** An Adaptive Card, as workflows of Teams take it. Text runs, unlike text blocks, read no Markdown. */
function teamsForm(notice: AlertNotice, links: NoticeLinks): unknown {
  const isLinked = runbookLink(notice.runbook, links.console) !== null;
  const bold = { type: "TextRun", text: headlineOf(notice), weight: "Bolder", wrap: true };
  const lines = factsOf(notice, isLinked).map(([word, said]) => ({
    type: "RichTextBlock",
    inlines: [
      { type: "TextRun", text: `${word}: `, isSubtle: true },
      { type: "TextRun", text: said },
    ],
  }));
  const content = {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    ...{ type: "AdaptiveCard", version: "1.4" },
    body: [{ type: "RichTextBlock", inlines: [bold] }, ...lines],
    actions: waysOf(notice, links).map(([title, url]) => ({ type: "Action.OpenUrl", title, url })),
  };
  return {
    type: "message",
    attachments: [{ contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content }],
  };
}

/** So that no name calls a room (`<!channel>`) or hides a link; asterisks and the like only look odd. */
function escapeMrkdwn(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).toWellFormed()}…`;
}
