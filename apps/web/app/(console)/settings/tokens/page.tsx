import type { Metadata } from "next";
import { ApiTokens } from "../../../../features/settings/api-tokens.tsx";

export const metadata: Metadata = { title: "API tokens" };

export default function ApiTokensPage() {
  return <ApiTokens />;
}
