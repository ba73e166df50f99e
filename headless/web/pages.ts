/** The page shown when there is no window. It loads nothing. */

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><h1>${title}</h1>${body}</html>\n`;
}

export const NO_WINDOW_PAGE = page(
  'The window has not been built',
  '<p>Build it with <code>npm run build</code>, then start this program again. The command line works without it.</p>',
);
