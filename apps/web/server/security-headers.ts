import type { ServerResponse } from "node:http";

/** For every answer, whatever serves it. */
export function setSecurityHeaders(response: ServerResponse, isTls: boolean): void {
  response.setHeader("X-Content-Type-Options", "nosniff");
  response.setHeader("X-Frame-Options", "DENY");
  response.setHeader("Referrer-Policy", "same-origin");
  response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
  response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
  response.setHeader("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
  if (isTls) response.setHeader("Strict-Transport-Security", "max-age=31536000");
}

/**
 * The policy of a page (CSP level 3): scripts and styles of our own origin or with this request's nonce, nothing
 * inline, nothing from elsewhere. `socketOrigin` is ours with ws: or wss:, which 'self' does not cover everywhere.
 */
export function contentSecurityPolicy(nonce: string, socketOrigin: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self' ${socketOrigin}`,
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** For answers that are no pages: nothing in them may run or load anything. */
export const apiContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
