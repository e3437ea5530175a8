import type { ComponentProps } from "react";
import { cn } from "./cn.ts";

export function Button({
  kind = "quiet",
  className,
  ...rest
}: ComponentProps<"button"> & { kind?: "primary" | "quiet" | "outline" }) {
  return <button type="button" className={cn("button", `button-${kind}`, className)} {...rest} />;
}
