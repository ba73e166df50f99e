/** The program's own scheme, as an origin that Chromium can isolate. */
const REAL = 'crynux://app';
const SHOWN = 'https://crynux-app.double.test';

export const isShown = (url: string): boolean => url === SHOWN || url.startsWith(`${SHOWN}/`);
export const toShown = (url: string): string => (url.startsWith(REAL) ? SHOWN + url.slice(REAL.length) : url);
export const toReal = (url: string): string => {
  if (isShown(url)) return REAL + url.slice(SHOWN.length);
  return url.startsWith(`blob:${SHOWN}/`) ? `blob:${REAL}${url.slice(SHOWN.length + 5)}` : url;
};
