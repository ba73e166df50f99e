import { expect, it } from 'vitest';
import { installNotice } from './system-packages.ts';

it('says what is installed, why, by which command, and how to prevent it', () => {
  const wanted = [
    { package: 'chromium', why: 'the window is driven in a real browser' },
    { package: 'procps', why: 'ps shows that no process is left behind' },
  ];
  const notice = installNotice(wanted);
  for (const need of wanted) expect(notice).toMatch(new RegExp(`${need.package} +${need.why}`));
  expect(notice).toContain('apt-get install -y --no-install-recommends chromium procps');
  expect(notice).toContain('CRYNUX_NO_INSTALL=1');
});
