import { readFile } from "node:fs/promises";
import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import { fileURLToPath } from "node:url";
import type { ProofQueue } from "@tapline/adapters/bullmq";
import { hasCode, messageOf, TaplineError } from "@tapline/core/kernel";
import { parseTapProof, proofSlip, type SlipWords } from "@tapline/core/transfer";
import { readTapName } from "../../contracts/tap-name.ts";
import * as strings from "../../strings/generated/server/taps/proof-pages.ts";
import { language } from "../../strings/locale.ts";
import type { Viewer } from "../auth/viewer.ts";
import { fromRedis } from "../from-stores.ts";
import type { PageHandler } from "../page-handler.ts";
import type { TapViews } from "./tap-views.ts";

/** As `npm run build` puts it beside the pages (apps/worker/src/proof-page/build-page.ts). */
const builtPage = fileURLToPath(new URL("../../.next/verify-proof.html", import.meta.url));

/** Nothing of these pages needs our origin: they get none. */
const apart = "frame-ancestors 'none'; sandbox";
const slipPolicy = `default-src 'none'; style-src 'unsafe-inline'; ${apart}`;

/** What slips are made of. */
interface SlipParts {
  proofs: Pick<ProofQueue, "ask">;
  taps: Pick<TapViews, "mustSee">;
}

/**
 * Puts two pages beside those of Next, for whoever is signed in: the one that verifies proofs by itself, and slips for paper.
 * @param page where the built page lies
 */
export function withProofPages(
  handle: PageHandler["handle"],
  parts: SlipParts,
  viewerOf: (headers: IncomingHttpHeaders) => Promise<Viewer | null>,
  page = builtPage,
): PageHandler["handle"] {
  return async (request, response) => {
    // What begins with two slashes may be no address at all.
    const url = URL.parse(request.url ?? "/", "http://console");
    if (request.method !== "GET" || url === null) return await handle(request, response);
    if (url.pathname === "/verify") return await servePage(page, response);
    if (url.pathname === "/taps/slip") {
      const viewer = await viewerOf(request.headers);
      if (viewer === null) return say(response, 403, `${strings.slipsAreForThoseSignedIn}\n`);
      return await serveSlip(url.searchParams.get("tap") ?? "", viewer.sites, parts, response);
    }
    return await handle(request, response);
  };
}

/** The page's own policy, which names its script by its digest, holds by a header, too. */
async function servePage(page: string, response: ServerResponse): Promise<void> {
  let html: string;
  try {
    html = await readFile(page, "utf8");
  } catch {
    return say(response, 404, `${strings.thePageWasNotBuilt({ command: "npm run build -w apps/web" })}\n`);
  }
  const [, policy = "default-src 'none'"] =
    /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
  serve(response, html, `${policy}; ${apart} allow-scripts`);
}

async function serveSlip(
  text: string,
  sites: Viewer["sites"],
  { proofs, taps }: SlipParts,
  response: ServerResponse,
): Promise<void> {
  const name = readTapName(text);
  if (name?.by !== "tracker" || name.epoch === null) return say(response, 400, `${strings.aSlipIsMadeOf}\n`);
  const { tracker, epoch, seq } = name;
  try {
    await taps.mustSee({ tracker, epoch, seq }, sites);
    const json = await fromRedis(proofs.ask({ tracker, epoch, seq }));
    serve(response, proofSlip(parseTapProof(json), "html", slipWords), slipPolicy);
  } catch (error) {
    if (!(error instanceof TaplineError)) throw error;
    const remedy = error.remedy === undefined ? "" : `${error.remedy}\n`;
    say(response, hasCode(error, "not-found") ? 404 : 503, `${messageOf(error)}\n${remedy}`);
  }
}

const slipWords: SlipWords = {
  language,
  title: (tap, tracker) => strings.proofOfTap({ tap, tracker }),
  whereabouts: (epoch, segment) => strings.epochInSegment({ epoch, segment }),
  digest: (digits) => strings.digest({ digits }),
  notLogged: strings.notInTheLog,
  logged: (time) => strings.recordedAt({ time }),
  howTo: strings.scanTheCodes,
  wholeCode: strings.theWholeProof,
  codeOf: (index, count) => strings.codeOf({ index, count }),
};

function serve(response: ServerResponse, html: string, policy: string): void {
  response.setHeader("Content-Security-Policy", policy);
  response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" }).end(html);
}

function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8" }).end(text);
}
