import { StatusToParent, tellParent } from "./tell-parent.ts";

tellParent({ type: "here" });
const status = new StatusToParent();
for (let figure = 1; figure <= 50; figure++) status.tell({ figure });
process.once("disconnect", () => {
  tellParent({ type: "late" });
  // An error of the send would come as an event, after this turn.
  setTimeout(() => process.exit(0), 50);
});
