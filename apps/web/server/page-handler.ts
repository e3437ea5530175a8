import type { IncomingMessage, ServerResponse } from "node:http";

/** What renders the pages. */
export interface PageHandler {
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  close: () => Promise<void>;
}
