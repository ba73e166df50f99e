/** Who agreed with whom, in a word. Pure. */
import type { TaskStatus } from '../../../protocol/tasks/status.ts';

/** `row`: letters from protocol/tasks/group-validation.ts; `lawful`: how this node's own task ends by them. */
export function rowWord({
  row,
  lawful,
}: {
  readonly row: string;
  readonly lawful: TaskStatus;
}): 'all' | 'outvoted' | 'pair' | 'none' {
  // An aborted task has no score that another could agree with.
  const said = [...row].filter((letter) => letter !== 'X');
  const most = Math.max(0, ...said.map((letter) => said.filter((other) => other === letter).length));
  if (most === 3) return 'all';
  if (most < 2) return 'none';
  return lawful === 'EndInvalidated' ? 'outvoted' : 'pair';
}
