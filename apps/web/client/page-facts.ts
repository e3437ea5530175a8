import { headers } from "next/headers";
import { nonceHeader, type PageFacts, pageHeader } from "../contracts/page.ts";
import * as strings from "../strings/generated/client/page-facts.ts";

/** What our server says about this request; read while a page is rendered there. */
export async function pageFacts(): Promise<PageFacts & { nonce: string | undefined }> {
  const given = await headers();
  const encoded = given.get(pageHeader);
  const nonce = given.get(nonceHeader) ?? undefined;
  if (encoded === null)
    return {
      ...{ siteName: strings.tapline, siteTimeZone: "UTC", provider: null },
      ...{ viewer: null, live: null, nonce },
    };
  const facts = JSON.parse(Buffer.from(encoded, "base64url").toString("utf8")) as PageFacts;
  return { ...facts, nonce };
}
