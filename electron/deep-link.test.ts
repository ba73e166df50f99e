import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deepLinkOf, parseDeepLink, routeOf } from './deep-link.ts';

const commitment = `0x${'ab'.repeat(32)}`;

describe('a deep link', () => {
  it('shows a screen or a task', () => {
    expect(parseDeepLink('crynux-node://earnings')).toEqual({ kind: 'screen', screen: 'earnings', profileId: null });
    expect(parseDeepLink('crynux-node://trust/?profile=big-card')).toEqual({
      kind: 'screen',
      screen: 'trust',
      profileId: 'big-card',
    });
    const task = parseDeepLink(`crynux-node://tasks/${commitment}?profile=a`);
    expect(task).toEqual({ kind: 'task', commitment, profileId: 'a' });
    expect(task === null ? '' : routeOf(task)).toBe(`/tasks?task=${commitment}&profile=a`);
  });

  it.each([
    'https://earnings',
    'crynux-node://withdraw',
    'crynux-node://settings/keys/export',
    'crynux-node://tasks/0x12',
    `crynux-node://tasks/${commitment}/extra`,
    'crynux-node://trust?profile=../../etc',
    'crynux-node://user@trust',
    'crynux-node:trust',
    'javascript:alert(1)',
    '',
  ])('ignores everything else: %s', (text) => expect(parseDeepLink(text)).toBeNull());

  it('never throws, and its route contains no unchecked character from the sender', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.webUrl(),
          fc.string(),
          fc.string().map((rest) => `crynux-node://${rest}`),
        ),
        (text) => {
          const link = parseDeepLink(text);
          if (link !== null) expect(routeOf(link)).toMatch(/^\/[a-z]+(\?(task=0x[0-9a-f]{64}&?)?(profile=[a-z0-9-]+)?)?$/);
        },
      ),
    );
  });

  it("is found among a command's arguments", () => {
    expect(deepLinkOf(['/usr/bin/x', '--flag', 'crynux-node://gpus'])).toMatchObject({ screen: 'gpus' });
    expect(deepLinkOf(['crynux-node://nothing', 'crynux-node://logs'])).toMatchObject({ screen: 'logs' });
    expect(deepLinkOf([])).toBeNull();
  });
});
