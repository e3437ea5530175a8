/**
 * Class names in one text. No order is kept among them: where two utilities set the same, give one of them alone. What the pieces of
 * `ui/` look like by themselves lies in a layer beneath, in `theme/pieces.css`, so that a class that is handed to one of them wins.
 */
export function cn(...classes: (string | false | null | undefined)[]): string {
  return classes.filter((one) => typeof one === "string" && one !== "").join(" ");
}
