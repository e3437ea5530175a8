import { type AlertNotice, factsOf, headlineOf, type NoticeLinks, runbookLink, waysOf } from "./notice.ts";

export type MailForm = { readonly subject: string; readonly text: string; readonly html: string };

const acknowledgeWords = "Acknowledge (asks you once more; the link works once)";

/** A notice as a mail. What comes from rules and readers is text in it, never markup. */
export function mailForm(notice: AlertNotice, given: NoticeLinks): MailForm {
  const subject = headlineOf(notice);
  const facts = factsOf(notice, runbookLink(notice.runbook, given.console) !== null);
  const links = waysOf(notice, given, acknowledgeWords);
  const text = [
    subject,
    "",
    ...facts.map(([word, said]) => `${word}: ${said}`),
    ...(links.length === 0 ? [] : [""]),
    ...links.map(([word, url]) => `${word}:\n${url}`),
    "",
  ].join("\n");
  return { subject, text, html: htmlOf(subject, facts, links) };
}

function htmlOf(
  subject: string,
  facts: readonly [string, string][],
  links: readonly [string, string][],
): string {
  const rows = facts.map(
    ([word, said]) =>
      `<tr><th align="left" valign="top">${escapeHtml(word)}</th><td>${escapeHtml(said)}</td></tr>`,
  );
  const ways = links.map(([word, url]) => `<p><a href="${escapeHtml(url)}">${escapeHtml(word)}</a></p>`);
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tapline</title></head><body>',
    `<p><strong>${escapeHtml(subject)}</strong></p>`,
    `<table cellpadding="4">${rows.join("")}</table>`,
    ...ways,
    "</body></html>",
  ].join("\n");
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
