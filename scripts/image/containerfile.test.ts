import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseContainerfile } from './containerfile.ts';

const FOLDER = path.resolve(import.meta.dirname, '..', '..', 'build', 'image');
const GOOD = readFileSync(path.join(FOLDER, 'Containerfile'), 'utf8');

describe.each(['Containerfile', 'Containerfile.official'])('%s', (file) => {
  const { problems, user, entrypoint, env } = parseContainerfile(readFileSync(path.join(FOLDER, file), 'utf8'));

  it('follows the rules', () => {
    expect(problems).toEqual([]);
  });

  it('starts the program as a numeric user, under an init, with a home that needs no user entry', () => {
    expect(user).toBe(10_001);
    expect(entrypoint).toEqual(['/usr/bin/tini-static', '--', '/opt/crynux-node/bin/crynux-node']);
    expect(env.get('HOME')).toBe('/var/lib/crynux-node');
  });
});

describe('the rules', () => {
  it.each([
    ['a user name', GOOD.replace('USER 10001:10001', 'USER crynux'), /USER crynux/],
    ['root', GOOD.replace('USER 10001:10001', 'USER 0:0'), /USER 0:0/],
    ['root again after a user', `${GOOD}\nUSER 0:0`, /USER 0:0/],
    ['a secret as a variable', `${GOOD}\nENV CRYNUX_PASSPHRASE=x`, /a secret/],
    ['a secret as a build argument', `ARG HUB_TOKEN\n${GOOD}`, /a secret/],
    ['an entry point in a shell', GOOD.replace(/^ENTRYPOINT .*$/m, 'ENTRYPOINT crynux-node run'), /ENTRYPOINT .*needs a shell/],
    ['a shell as its entry point', GOOD.replace(/^ENTRYPOINT .*$/m, 'ENTRYPOINT ["/bin/sh", "-c", "x"]'), /starts a shell/],
    ['a health check in a shell', GOOD.replace(/CMD \["\/opt.*$/m, 'CMD crynux-node status'), /HEALTHCHECK .*needs a shell/],
    ['no health check', GOOD.replace(/^HEALTHCHECK [\s\S]*$/m, ''), /HEALTHCHECK has to appear once/],
    ['another signal', GOOD.replace('STOPSIGNAL SIGTERM', 'STOPSIGNAL SIGKILL'), /STOPSIGNAL/],
    ['a base that changes', `${GOOD}\nFROM debian:latest`, /not pinned to one image/],
    ['a download', `${GOOD}\nADD https://example.org/x /x`, /ADD/],
  ])('refuse %s', (_what, text, problem) => {
    expect(parseContainerfile(text).problems.join('\n')).toMatch(problem);
  });
});
