/**
 * The session of a page in a browser (contract/page-session.ts). Its secret is stored in the tab's own storage: it survives
 * a reload, belongs to this origin with its port, and is not sent to anyone automatically.
 */
import { SESSION_PATH, SESSION_SCHEME, sessionSchema, TOKEN_FRAGMENT, TOKEN_SCHEME } from '../../contract/page-session.ts';

export interface PageSession {
  /** Null = the page has no session and needs a new address. @throws if the program cannot be reached */
  secret(): Promise<string | null>;
  /** Logs out; the secret is useless afterwards. */
  end(): Promise<void>;
}

const STORAGE_KEY = 'crynux-session';

/** The parts of a window that are used here. */
export interface SessionPage {
  readonly location: { readonly hash: string; readonly pathname: string; readonly search: string; reload(): void };
  readonly history: { replaceState(data: unknown, unused: string, url: string): void };
  readonly sessionStorage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  addEventListener(type: 'hashchange', listener: () => void): void;
  fetch(path: string, options: { method: string; headers: Record<string, string> }): Promise<Pick<Response, 'ok' | 'json'>>;
}

export function createPageSession(page: SessionPage): PageSession {
  let token = takeToken(page);
  const ask = (method: string, authorization: string) => page.fetch(SESSION_PATH, { method, headers: { authorization } });

  async function enter(given: string): Promise<void> {
    const answer = await ask('POST', `${TOKEN_SCHEME} ${given}`);
    token = null;
    // A token that was already used changes nothing: the page may have an earlier session.
    if (answer.ok) page.sessionStorage.setItem(STORAGE_KEY, sessionSchema.parse(await answer.json()).secret);
  }

  // A new address opened in this tab changes only the fragment, which does not load anything.
  page.addEventListener('hashchange', () => {
    if (tokenInUrl(page) !== null) page.location.reload();
  });
  let entering: Promise<void> | null = null;
  return {
    async secret() {
      if (token !== null) {
        entering ??= enter(token).finally(() => {
          entering = null;
        });
        await entering;
      }
      return page.sessionStorage.getItem(STORAGE_KEY);
    },
    async end() {
      const secret = page.sessionStorage.getItem(STORAGE_KEY);
      page.sessionStorage.removeItem(STORAGE_KEY);
      if (secret !== null) await ask('DELETE', `${SESSION_SCHEME} ${secret}`);
    },
  };
}

const tokenInUrl = ({ location }: SessionPage) => new URLSearchParams(location.hash.slice(1)).get(TOKEN_FRAGMENT);

/** Removes it from the URL before anything else reads or stores it. */
function takeToken(page: SessionPage): string | null {
  const token = tokenInUrl(page);
  if (token !== null) page.history.replaceState(null, '', page.location.pathname + page.location.search);
  return token;
}
