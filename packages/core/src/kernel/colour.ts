import { z } from "zod";

/** Two releases of a service may run side by side, one of each colour. What was never released is blue. */
export const colours = ["blue", "green"] as const;
export const colourSchema = z.enum(colours);
export type Colour = z.infer<typeof colourSchema>;

export function otherColour(colour: Colour): Colour {
  return colour === "blue" ? "green" : "blue";
}
