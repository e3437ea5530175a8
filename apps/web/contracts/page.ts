import type { KpiLive } from "@tapline/core/kpi";

/** What the server tells a page about who looks at it, in `pageHeader`, as JSON in base64url. */
export interface PageFacts {
  siteName: string;
  /** The zone that the clocks on its walls go by, as the IANA names it, such as `Europe/Berlin`. */
  siteTimeZone: string;
  /** At whom people sign in, too, as they know it; `null`: here alone. */
  provider: string | null;
  /** `null` on the sign-in page. Of whoever sees some sites only it names these; `sites` is `null` for the whole installation. */
  viewer: {
    id: string;
    name: string;
    email: string;
    role: string;
    sites: readonly string[] | null;
  } | null;
  /** The live picture, on the Overview and the wall alone; `null` where there is no fresh one. */
  live: KpiLive | null;
}

/** Request header from our server to the page it renders; the same from a client is dropped. */
export const pageHeader = "x-tapline-page";

/** Request header with this request's CSP nonce; the same from a client is dropped. */
export const nonceHeader = "x-nonce";
