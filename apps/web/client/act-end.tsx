import type { ReactNode } from "react";
import { Button } from "../ui/button.tsx";
import { PasswordField } from "../ui/password-field.tsx";
import { WhyField } from "../ui/why-field.tsx";
import { RefusedNotice } from "./refused-notice.tsx";
import type { GuardedAct } from "./use-guarded-act.ts";

/** How the form of an act ends: it asks why and, where that is wanted, for the password, says what stood against the last try, and does it. */
export function ActEnd({
  act,
  why,
  onWhy,
  asksPassword = true,
  isReady = true,
  lookAt,
  children,
}: {
  act: Pick<GuardedAct, "password" | "setPassword" | "error" | "isUnderWay">;
  why: string;
  onWhy: (why: string) => void;
  asksPassword?: boolean;
  /** False while the rest of the form does not say what to do. */
  isReady?: boolean;
  /** Where it shows whether it was done, such as "the agent". */
  lookAt: string;
  /** What the button says. */
  children: ReactNode;
}) {
  return (
    <>
      <WhyField why={why} onWhy={onWhy} />
      {asksPassword ? <PasswordField password={act.password} onPassword={act.setPassword} /> : null}
      <RefusedNotice error={act.error} lookAt={lookAt} />
      <Button type="submit" kind="primary" className="w-full" disabled={act.isUnderWay || !isReady}>
        {children}
      </Button>
    </>
  );
}
