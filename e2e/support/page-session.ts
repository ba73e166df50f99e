/** How a page gets its session: it exchanges the token of the printed address for a secret. */
import { protocolsFor, SESSION_PATH, TOKEN_SCHEME } from '../../contract/page-session.ts';

export const subprotocols = (secret: string): string[] => [...protocolsFor(secret)];

/** @returns the secret of the session */
export async function openPageSession(origin: string, windowAddress: string): Promise<string> {
  const token = new URL(windowAddress).hash.split('=')[1] ?? '';
  const entered = await fetch(origin + SESSION_PATH, {
    method: 'POST',
    headers: { origin, authorization: `${TOKEN_SCHEME} ${token}` },
  });
  const { secret } = (await entered.json()) as { secret: string };
  return secret;
}
