import type { Metadata } from "next";
import { ApiTokens } from "../../../../features/settings/api-tokens.tsx";
import * as strings from "../../../../strings/generated/app/settings/tokens/page.ts";

export const metadata: Metadata = { title: strings.apiTokens };

export default function ApiTokensPage() {
  return <ApiTokens />;
}
