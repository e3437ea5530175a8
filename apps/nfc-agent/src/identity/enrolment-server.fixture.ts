import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { certifyAgent, issueHierarchy, openAgentsAuthority, verifyRequest } from "@tapline/core/encryption";
import { pinOf, writeToken } from "@tapline/core/tap";

type Answer = { status: number; body: unknown };

/** A refusal as the door words it. */
export const refusal = (name: string, status: number, detail = "as asked by the test"): Answer => ({
  status,
  body: { type: `urn:tapline:problem:${name}`, title: "refused", status, detail },
});

/** The enrolment side of a door over TLS 1.3, with real certificates and refusals to order. */
export class EnrolmentServer {
  readonly token: string;
  readonly ca: string;
  lifetimeMs = 30 * 86_400_000;
  /** Answers of the next calls in place of the server's own. */
  readonly next: Answer[] = [];
  readonly asked: { path: string; agent: string | null; serial: string | null }[] = [];
  clock: () => number = Date.now;
  readonly #files: Awaited<ReturnType<typeof issueHierarchy>>;
  readonly #server: Server;

  private constructor(files: Awaited<ReturnType<typeof issueHierarchy>>) {
    this.#files = files;
    this.ca = files["root.crt"]?.pem ?? "";
    this.token = writeToken({ secret: randomBytes(32), pin: pinOf(this.ca) });
    const { cert, key, ca } = this.#tls();
    const tls = { cert, key, ca, requestCert: true, rejectUnauthorized: false };
    this.#server = createServer({ ...tls, minVersion: "TLSv1.3" }, async (request, response) => {
      let text = "";
      for await (const chunk of request) text += chunk;
      const { status, body } = await this.#answer(request.url ?? "", text, request.socket as TLSSocket);
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    });
  }

  static async start(nowEpochMs = Date.now()): Promise<EnrolmentServer> {
    const files = await issueHierarchy({ nowEpochMs, organisation: "Test", agents: [], hosts: [] });
    return new EnrolmentServer(files);
  }

  async listen(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  #tls() {
    const pem = (name: string): string => this.#files[name]?.pem ?? "";
    return { cert: pem("server.crt"), key: pem("server.key"), ca: pem("agents.crt") };
  }

  async #answer(path: string, text: string, socket: TLSSocket): Promise<Answer> {
    const peer = socket.getPeerCertificate();
    const agent = /agent\/([^,]+)/.exec(peer.subjectaltname ?? "")?.[1] ?? null;
    this.asked.push({ path, agent, serial: peer.serialNumber?.toLowerCase() ?? null });
    if (path === "/v1/trust") return { status: 200, body: { ca: this.ca, atEpochMs: this.clock() } };
    const ordered = this.next.shift();
    if (ordered !== undefined) return ordered;
    if (path === "/v1/renew" && !socket.authorized) return refusal("unauthenticated", 401);
    const authority = await openAgentsAuthority(
      this.#files["agents.crt"]?.pem ?? "",
      this.#files["agents.key"]?.pem ?? "",
    );
    const { csr } = JSON.parse(text) as { csr: string };
    const made = await certifyAgent(authority, await verifyRequest(csr), agent ?? "desk", {
      nowEpochMs: this.clock(),
      lifetimeMs: this.lifetimeMs,
    });
    const { certPem: certificate, notAfterEpochMs } = made;
    return { status: 200, body: { agent: agent ?? "desk", certificate, ca: this.ca, notAfterEpochMs } };
  }
}
