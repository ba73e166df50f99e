import { describe, expect, it } from 'vitest';
import { ManualClock } from './ports.ts';

describe('ManualClock', () => {
  it('wakes sleepers in order of their due time and stops at the tick', async () => {
    const clock = new ManualClock(1_000);
    const woken: string[] = [];
    const nap = (name: string, ms: number) => clock.sleep(ms).then(() => woken.push(`${name}@${clock.now()}`));
    const naps = [nap('b', 20), nap('a', 10), nap('late', 500)];
    await clock.tick(100);
    expect(woken).toEqual(['a@1010', 'b@1020']);
    expect(clock.now()).toBe(1_100);
    expect(clock.sleeping).toBe(1);
    await clock.tick(400);
    await Promise.all(naps);
    expect(woken).toEqual(['a@1010', 'b@1020', 'late@1500']);
  });

  it('lets a woken sleeper sleep again within the same tick', async () => {
    const clock = new ManualClock(0);
    let turns = 0;
    const loop = (async () => {
      while (turns < 5) {
        await clock.sleep(10);
        turns += 1;
      }
    })();
    await clock.tick(50);
    await loop;
    expect(turns).toBe(5);
  });

  it('rejects with the reason of an abort and forgets the sleeper', async () => {
    const clock = new ManualClock(0);
    const abort = new AbortController();
    const nap = clock.sleep(10, abort.signal);
    abort.abort(new Error('enough'));
    await expect(nap).rejects.toThrow('enough');
    expect(clock.sleeping).toBe(0);
    await expect(clock.sleep(1, abort.signal)).rejects.toThrow('enough');
  });
});
