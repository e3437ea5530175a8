import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { expect, test } from "vitest";
import { type AlertNotice, mailForm, type NoticeLinks, signWebhook, webhookForm } from "../index.ts";
import { notice } from "./channels.fixture.ts";

const links = { console: "https://console.example/", acknowledge: "https://console.example/acknowledge/t.m" };
const none = { console: null, acknowledge: null };
const hostile: AlertNotice = {
  ...notice,
  message: 'Reader <script>alert("x")</script> & [a](javascript:b)\r\nBcc: all@example.org <!channel>',
  scope: { ...notice.scope, reader: "<!channel>" },
};

test("a mail says what, where, since when, what to do, and where to act", () => {
  const { subject, text, html } = mailForm(notice, links);
  expect(subject).toBe("◆ critical · Agent gym-7 is offline");
  for (const said of [
    "north",
    "gym-7",
    "Look at the PC.",
    "https://console.example/runbooks#agent-offline",
    links.acknowledge,
  ])
    for (const form of [text, html]) expect(form).toContain(said);
  expect(text).toMatch(/^raised: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d UTC$/m);
  expect(text).not.toContain("docs/runbooks.md");
  expect(mailForm(notice, none).text).not.toContain("https:");
  expect(mailForm(notice, none).text).toContain("runbook: docs/runbooks.md#agent-offline");
});

test("a runbook of ours is a link to the console's page, one of theirs a link as it is, and what nobody can follow is told as text", () => {
  const ours = "https://console.example/runbooks#agent-offline";
  const { text, html } = mailForm(notice, { ...links, acknowledge: null });
  expect(text).toContain(`Runbook:\n${ours}\n`);
  expect(html).toContain(`<a href="${ours}">Runbook</a>`);
  const urlOf = (runbook: string, given: NoticeLinks = links) =>
    JSON.parse(webhookForm("plain", { ...notice, runbook }, given)).data.runbookUrl;
  expect(urlOf(notice.runbook)).toBe(ours);
  expect(urlOf("https://wiki.example/a?b#c", none)).toBe("https://wiki.example/a?b#c");
  expect(urlOf(notice.runbook, { ...none, console: "http://127.0.0.1:7400" })).toBe(
    "http://127.0.0.1:7400/runbooks#agent-offline",
  );
  for (const dead of [
    "docs/operations.md#sftp-down",
    "https://[",
    `https://wiki.example/${"x".repeat(2_000)}`,
  ]) {
    expect(urlOf(dead), dead).toBeNull();
    expect(mailForm({ ...notice, runbook: dead }, links).text).toContain(`runbook: ${dead}`);
  }
  expect(urlOf(notice.runbook, none)).toBeNull();
});

test("value and limit are told with their unit, and as numbers where none is known", () => {
  const told = mailForm({ ...notice, value: 130_500, unit: "ms" }, none).text;
  expect(told).toMatch(/^value when raised: 2\.17 min\nlimit: 2 min$/m);
  expect(mailForm({ ...notice, value: 4 }, none).text).toMatch(/^value when raised: 4\nlimit: 120000$/m);
  const over = mailForm({ ...notice, kind: "over", value: 0, unit: "ms" }, none).text;
  expect(over).toMatch(/^value on return: 0 ms\nlimit: 2 min$/m);
  expect(JSON.parse(webhookForm("plain", { ...notice, unit: "ms" }, none)).data).toMatchObject({
    ...{ limit: 120_000, unit: "ms" },
  });
});

test("what comes from outside stays text: no header, no markup, no call to a whole room", () => {
  const { subject, html } = mailForm(hostile, none);
  expect(subject).not.toMatch(/[\r\n]/);
  expect(html).not.toContain("<script");
  const slack = JSON.parse(webhookForm("slack", hostile, none));
  expect(slack.text).toContain("&lt;!channel&gt;");
  expect(slack.blocks[0].text.type).toBe("plain_text");
  expect(slack.blocks[1].text.text).toContain("*reader:* &lt;!channel&gt;");
  const teams = webhookForm("teams", hostile, none);
  expect(teams).toContain("[a](javascript:b)");
  expect(teams).not.toMatch(/"TextBlock"|"FactSet"/);
});

test("a later telling of the same call says so, and what is over or acknowledged says that", () => {
  expect(mailForm({ ...notice, step: 2 }, none).subject).toContain("step 3: nobody has acknowledged");
  expect(mailForm({ ...notice, kind: "over" }, none).subject).toMatch(/^Over: /);
  const acknowledged = mailForm({ ...notice, kind: "acknowledged", by: "ada" }, none);
  expect(acknowledged.text).toContain("acknowledged by: ada");
});

test("every form keeps its bounds, however long a message is", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 5_000 }), fc.nat(1_000), (message, step) => {
      const long = { ...notice, message, action: message, step };
      expect(mailForm(long, links).subject.length).toBeLessThanOrEqual(450);
      const { blocks } = JSON.parse(webhookForm("slack", long, links));
      expect(blocks[0].text.text.length).toBeLessThanOrEqual(150);
      expect(blocks[1].text.text.length).toBeLessThanOrEqual(3_000);
      expect(JSON.parse(webhookForm("teams", long, links)).attachments).toHaveLength(1);
    }),
  );
});

test("chat rooms get buttons where there are links, and none where there are none", () => {
  const buttons = (given: typeof links | typeof none) => {
    const slack = JSON.parse(webhookForm("slack", notice, given)).blocks.flatMap(
      (block: { elements?: { url: string }[] }) => block.elements ?? [],
    );
    const [{ content }] = JSON.parse(webhookForm("teams", notice, given)).attachments;
    return [slack.map(({ url }: { url: string }) => url), content.actions.map((a: { url: string }) => a.url)];
  };
  expect(buttons(links)).toEqual([
    [links.acknowledge, links.console, "https://console.example/runbooks#agent-offline"],
    [links.acknowledge, links.console, "https://console.example/runbooks#agent-offline"],
  ]);
  expect(buttons(none)).toEqual([[], []]);
});

test("a webhook's signature is believed by the standard's own library, and by no other secret, body or id", () => {
  const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
  const body = webhookForm("plain", notice, links);
  const headers = signWebhook(secret, "abc", Date.now(), body);
  expect(new Webhook(secret).verify(body, headers)).toMatchObject({
    ...{ type: "alert.call", data: { alertId: notice.alertId, acknowledgeUrl: links.acknowledge } },
  });
  expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow("signature");
  expect(() => new Webhook(secret).verify(body, { ...headers, "webhook-id": "abd" })).toThrow("signature");
  expect(() =>
    new Webhook(`whsec_${Buffer.alloc(32, 8).toString("base64")}`).verify(body, headers),
  ).toThrow();
  for (const bad of ["", "word", "whsec_", "whsec_c2hvcnQ=", Buffer.alloc(32).toString("base64")])
    expect(() => signWebhook(bad, "abc", 0, body), bad).toThrow("whsec_");
});
