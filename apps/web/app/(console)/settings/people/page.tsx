import type { Metadata } from "next";
import { People } from "../../../../features/settings/people.tsx";
import * as strings from "../../../../strings/generated/app/settings/people/page.ts";

export const metadata: Metadata = { title: strings.people };

export default function PeoplePage() {
  return <People />;
}
