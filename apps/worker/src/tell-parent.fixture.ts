import { tellParent } from "./tell-parent.ts";

tellParent({ type: "here" });
process.once("disconnect", () => {
  tellParent({ type: "late" });
  // An error of the send would come as an event, after this turn.
  setTimeout(() => process.exit(0), 50);
});
