/** Formats a plan for people and for programs. Pure; a plan contains no secrets. */
import { plainText } from '../../contract/plain-text.ts';
import type { Plan, Step } from './step.ts';

const SIGNS: Readonly<Record<Step['act'], string>> = { add: '+', change: '~', unlock: '~', remove: '-' };

/** As a diff, one paragraph for each thing. */
export function planText({ steps, kept, left = 0 }: Plan, { dryRun }: { readonly dryRun: boolean }): string {
  const lines = [
    ...steps.flatMap(stepLines),
    ...kept.map(({ node, why }) => `! node ${node} is not in the file and was kept: ${why}`),
  ];
  if (left > 0)
    lines.push(`Interrupted: ${steps.length} of ${steps.length + left} changes made. Apply the file again for the rest.`);
  else if (steps.length === 0) lines.push('Nothing to do.');
  else
    lines.push(
      `${steps.length} ${steps.length === 1 ? 'change' : 'changes'}${dryRun ? ' to make; nothing was done.' : ' made.'}`,
    );
  return lines.map(plainText).join('\n');
}

function stepLines({ what, act, name, changes }: Step): string[] {
  const title = `${SIGNS[act]} ${what} ${name}${act === 'unlock' ? ': unlock' : ''}`;
  const only = changes.length === 1 && changes[0]?.field === name ? changes[0] : null;
  if (only !== null) return [`${title}: ${only.from ?? 'not set'} → ${only.to ?? 'not set'}`];
  return [title, ...changes.map(({ field, from, to }) => `    ${field}: ${from === null ? '' : `${from} → `}${to ?? 'not set'}`)];
}

/** For `--json`. */
export function planData({ steps, kept, left }: Plan, { dryRun }: { readonly dryRun: boolean }) {
  return {
    changed: steps.length > 0,
    dryRun,
    steps: steps.map(({ what, act, name, changes }) => ({ what, act, name, changes })),
    kept,
    ...(left === undefined ? {} : { left }),
  };
}
