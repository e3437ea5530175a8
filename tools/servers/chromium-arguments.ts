/** How Chromium is started where nobody looks at it: as root, too, and asking for nothing beyond the pages that it is told to open. */
export const chromiumArguments: readonly string[] = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];
