/** Prints this alone; the page is as it was afterwards. */
export function printAlone(drawn: SVGSVGElement): void {
  // Of a browser that has not told of its end.
  for (const before of document.querySelectorAll(".print-sheet")) before.remove();
  const sheet = document.createElement("div");
  sheet.className = "print-sheet";
  sheet.append(drawn);
  document.body.append(sheet);
  window.addEventListener("afterprint", () => sheet.remove(), { once: true });
  window.print();
}
