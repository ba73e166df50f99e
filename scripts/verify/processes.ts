/** Processes: arguments, whole trees, identity, the private channel. */

import { killTree } from '../../worker/kit/kill-tree.ts';
import { processIdentity } from '../../worker/kit/process-identity.ts';
import { systemClock } from '../../worker/kit/system-clock.ts';
import { type Check, fail, ok } from './check.ts';
import { exitOf, startHelper } from './helper-process.ts';

const ARGUMENTS = [
  '',
  'two words',
  'a "quoted" word',
  "it's",
  'ends with \\',
  'C:\\folder with space\\',
  '\\"',
  '%PATH%',
  '$HOME',
  '^&|<>!',
  'two\nlines',
  '鷺',
  '*',
];

const POLLS = 200;

async function isGone(pid: number): Promise<boolean> {
  for (let poll = 0; poll < POLLS; poll++) {
    if ((await processIdentity(pid)) === null) return true;
    await systemClock.sleep(50);
  }
  return false;
}

export const PROCESS_CHECKS: readonly Check[] = [
  {
    subject: 'processes',
    what: 'arguments arrive unchanged',
    async run() {
      const helper = await startHelper('echo', ...ARGUMENTS);
      await helper.ended;
      return JSON.stringify(helper.said) === JSON.stringify(ARGUMENTS)
        ? ok(`${ARGUMENTS.length} arguments`)
        : fail(`they arrived as ${JSON.stringify(helper.said)}`);
    },
  },
  {
    subject: 'processes',
    what: 'a process is distinguished from another that gets its id later',
    async run() {
      const helper = await startHelper('stubborn');
      const [own, again, other] = [
        await processIdentity(process.pid),
        await processIdentity(process.pid),
        await processIdentity(helper.pid),
      ];
      killTree(helper.pid, 'force');
      await helper.ended;
      const after = await processIdentity(helper.pid);
      if (own === null || own !== again) return fail(`it is called ${own}, then ${again}`);
      if (other === null || other === own) return fail(`another process is called ${other}`);
      return after === null ? ok('distinguished, and gone when it has ended') : fail('a process that has ended is still there');
    },
  },
  {
    subject: 'processes',
    what: 'a program that ignores a request to end is killed with everything that it has started',
    async run({ system }) {
      const helper = await startHelper('family');
      const inner = Number(helper.said);
      killTree(helper.pid, 'force');
      const gone = (await isGone(helper.pid)) && (await isGone(inner));
      const how = system.processes.ownGroup ? 'by its group' : 'by its tree';
      return gone ? ok(how) : fail(`${how}: some of it is still running`);
    },
  },
  {
    subject: 'processes',
    what: 'a process ends in order when the channel to its parent closes',
    async run() {
      const helper = await startHelper('channel');
      const code = await exitOf(helper);
      return code === 0 ? ok('exit code 0') : fail(`exit code ${code}`);
    },
  },
];
