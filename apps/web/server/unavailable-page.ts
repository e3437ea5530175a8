/** The page for when nobody's session can be checked. Stands alone: no scripts, tries again by itself. */
export function unavailablePage(nonce: string, what: string, remedy: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="5">
<title>Not available · Tapline</title>
<style nonce="${nonce}">
:root { color-scheme: light dark; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center;
  font: 16px/1.5 system-ui, sans-serif; background: light-dark(#f4f5f6, #14171a); color: light-dark(#1b1f23, #e6e9ec); }
main { max-width: 34rem; padding: 2rem; border-left: 4px solid light-dark(#a4161a, #ff8f8f); }
h1 { font-size: 1.25rem; margin: 0 0 .5rem; }
p { margin: .25rem 0; }
</style>
</head>
<body><main>
<h1>▲ The console is not available</h1>
<p>${escapeHtml(what)}.</p>
<p>What to do: ${escapeHtml(remedy)}.</p>
<p>This page tries again every five seconds. Taps are not lost: agents keep them until they are archived.</p>
</main></body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
