/**
 * Links into the program: `crynux-node://…`. Whatever a web page puts into a link, only these routes are accepted.
 * Pure.
 */
import { z } from 'zod';
import { profileIdSchema } from '../contract/profiles.ts';
import { commitmentField } from '../protocol/wire/fields.ts';

export const DEEP_LINK_SCHEME = 'crynux-node';

const SCREENS = ['fleet', 'overview', 'tasks', 'earnings', 'trust', 'gpus', 'models', 'wallet', 'logs', 'settings'] as const;

export type DeepLink =
  | { readonly kind: 'screen'; readonly screen: (typeof SCREENS)[number]; readonly profileId: string | null }
  | { readonly kind: 'task'; readonly commitment: string; readonly profileId: string | null };

const screenSchema = z.enum(SCREENS);

/** Null unless it is exactly one of the links. A link only shows something; it never performs an action. */
export function parseDeepLink(text: string): DeepLink | null {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return null;
  }
  if (url.protocol !== `${DEEP_LINK_SCHEME}:` || url.username !== '' || url.port !== '') return null;
  const profile = url.searchParams.get('profile');
  if (profile !== null && !profileIdSchema.safeParse(profile).success) return null;
  const rest = url.pathname.split('/').filter((part) => part !== '');
  if (url.hostname === 'tasks' && rest.length === 1) {
    const commitment = commitmentField.safeParse(rest[0]);
    return commitment.success ? { kind: 'task', commitment: commitment.data, profileId: profile } : null;
  }
  const screen = screenSchema.safeParse(url.hostname);
  return screen.success && rest.length === 0 ? { kind: 'screen', screen: screen.data, profileId: profile } : null;
}

/** The first link among the arguments of a second start. */
export function deepLinkOf(argv: readonly string[]): DeepLink | null {
  for (const argument of argv) {
    const link = argument.startsWith(`${DEEP_LINK_SCHEME}:`) ? parseDeepLink(argument) : null;
    if (link !== null) return link;
  }
  return null;
}

/** The route in the window that a link leads to. */
export function routeOf(link: DeepLink): string {
  const profile = link.profileId === null ? '' : `profile=${encodeURIComponent(link.profileId)}`;
  if (link.kind === 'task') return `/tasks?task=${link.commitment}${profile === '' ? '' : `&${profile}`}`;
  return `/${link.screen}${profile === '' ? '' : `?${profile}`}`;
}
