import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";

export type Posted = {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  /** The bytes as text. */
  readonly body: string;
};

export type HttpReceiver = {
  readonly url: string;
  readonly posted: Posted[];
  /** What it does with requests from now on. @param nth from 1 */
  answer: (response: ServerResponse, posted: Posted, nth: number) => void;
  readonly close: () => Promise<void>;
};

/** A real HTTP receiver on loopback that takes everything, until it is told otherwise. For tests. */
export async function startHttpReceiver(): Promise<HttpReceiver> {
  const posted: Posted[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { url: path = "", headers } = request;
      const bytes = Buffer.concat(chunks);
      const one = { path, headers, bytes, body: bytes.toString() };
      posted.push(one);
      receiver.answer(response, one, posted.length);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const receiver: HttpReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    posted,
    answer: (response) => response.writeHead(204).end(),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return receiver;
}

export type SmtpReceiver = {
  readonly port: number;
  /** Mails as they came over the wire. */
  readonly mails: { readonly to: string[]; readonly source: string; readonly isTls: boolean }[];
  readonly close: () => Promise<void>;
};

/** A real SMTP receiver on loopback. For tests. */
export async function startSmtpReceiver(options: SMTPServerOptions = {}): Promise<SmtpReceiver> {
  const mails: SmtpReceiver["mails"] = [];
  const server = new SMTPServer({
    ...{ authOptional: true, logger: false },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        mails.push({ to, source: Buffer.concat(chunks).toString(), isTls: session.secure });
        callback();
      });
    },
    ...options,
  });
  // A client that goes away, as one does that wants TLS and gets none.
  server.on("error", () => undefined);
  const listening = server.listen(0, "127.0.0.1");
  await once(listening, "listening");
  return {
    port: (listening.address() as AddressInfo).port,
    mails,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
