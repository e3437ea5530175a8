import type { DeliveryOutcome, EmailChannel, MailForm, MailServer } from "@tapline/core/alerts";
import { messageOf } from "@tapline/core/kernel";
import { createTransport } from "nodemailer";

/** Longer than a server that is well needs for one mail, ms. */
const timeoutMs = 20_000;

type Mail = {
  readonly to: EmailChannel["to"];
  readonly form: MailForm;
  /** Names the mail, however often it is sent: mailboxes show one message. */
  readonly key: string;
  /** Mails of one alert make one conversation. */
  readonly alertId: string;
};

/** Hands one mail to a server (RFC 5321). Never throws: what went wrong is in the outcome, without addresses. */
export async function sendMail(
  server: MailServer,
  password: string | null,
  { to, form, key, alertId }: Mail,
): Promise<DeliveryOutcome> {
  const { host, port, security, user, from } = server;
  const transport = createTransport({
    ...{ host, port, secure: security === "tls" },
    ...{ requireTLS: security === "starttls", ignoreTLS: security === "none" },
    ...(user === undefined || password === null ? {} : { auth: { user, pass: password } }),
    ...{ connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs },
    ...{ disableFileAccess: true, disableUrlAccess: true },
    tls: { minVersion: "TLSv1.2" },
  });
  const domain = from.slice(from.lastIndexOf("@") + 1);
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`not taken within ${timeoutMs / 1_000} s`)),
    timeoutMs,
  );
  try {
    const sending = transport.sendMail({
      ...{
        from,
        to: [...to],
        ...form,
        messageId: `<${key}@${domain}>`,
        references: `<${alertId}@${domain}>`,
      },
      // RFC 3834: so that nobody's mailbox answers.
      headers: { "Auto-Submitted": "auto-generated" },
    });
    sending.catch(() => undefined);
    const { rejected } = await Promise.race([sending, late.promise]);
    if (rejected.length === 0) return { kind: "sent" };
    return { kind: "refused", fault: `the mail server refused ${rejected.length} of ${to.length} addresses` };
  } catch (error) {
    return outcomeOf(error);
  } finally {
    clearTimeout(timer);
    transport.close();
  }
}

/** What a server says of one mail for good (5yz to MAIL, RCPT or DATA) is final; all else may be another thing in a minute. */
function outcomeOf(error: unknown): DeliveryOutcome {
  const { code = "", responseCode = 0 } = error as { code?: string; responseCode?: number };
  const fault = responseCode === 0 ? messageOf(error) : `the mail server answered ${responseCode} (${code})`;
  if (responseCode >= 500 && (code === "EENVELOPE" || code === "EMESSAGE")) return { kind: "refused", fault };
  return { kind: "failed", fault: `no mail: ${fault.slice(0, 300)}`, retryAfterMs: null };
}
