/** The few pages that are not the window's own. They load nothing. */

function page(title: string, body: string, head = ''): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">${head}<title>${title}</title><h1>${title}</h1>${body}</html>\n`;
}

/** An own page rather than a redirect: what it leads to counts as asked for from here, so the strict cookie goes along. */
export const ENTERED_PAGE = page(
  'Crynux Node',
  '<p><a href="/">Open the window</a></p>',
  '<meta http-equiv="refresh" content="0;url=/">',
);

export const NO_SESSION_PAGE = page(
  'This window needs its address',
  '<p>Open the whole address that the terminal printed; it works once. <code>crynux-node window</code> prints a new one.</p>',
);

export const NO_WINDOW_PAGE = page(
  'The window has not been built',
  '<p>Build it with <code>npm run build</code>, then start this program again. The command line works without it.</p>',
);
