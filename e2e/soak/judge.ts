/** Checks what a soak must not have done, using facts recorded by others than the node wherever possible. Pure. */

export interface Run {
  readonly commitment: string;
  /** Monotonic clock of the machine. */
  readonly atNs: bigint;
}

/** A verdict sent to the relay, whether or not it arrived. */
export interface Post extends Run {
  readonly action: 'score' | 'task_error';
  /** '' for an error report. */
  readonly score: string;
}

export interface NodeFacts {
  readonly name: string;
  readonly address: string;
  /** According to the engine. */
  readonly runs: readonly Run[];
  /** According to the proxy between node and relay. */
  readonly posts: readonly Post[];
  /** According to the node's store. */
  readonly scores: readonly { readonly commitment: string; readonly score: string }[];
  readonly executions: readonly { readonly commitment: string; readonly attempt: number; readonly outcome: string | null }[];
  readonly ledgerConflicts: number;
  /** According to the node's ledger, wei. */
  readonly ledger: Readonly<Record<SoakAccount, bigint>>;
  /** According to relay and chain, wei. */
  readonly held: Readonly<Record<SoakAccount, bigint>>;
}

export const SOAK_ACCOUNTS = ['relay', 'inTransit', 'wallet', 'stake'] as const;
export type SoakAccount = (typeof SOAK_ACCOUNTS)[number];

export interface TaskFacts {
  readonly commitment: string;
  readonly isInvalid: boolean;
  /** '' until it was validated; shared by the members of a group. */
  readonly taskId: string;
  readonly status: string;
  readonly abortReason: string;
  readonly score: string;
  readonly feeWei: bigint;
  /** The type of payout in the relay's books. */
  readonly incomeWei: bigint;
}

export interface SoakFacts {
  readonly nodes: readonly NodeFacts[];
  readonly tasks: readonly TaskFacts[];
  /**
   * The relay's own books: fees and withdrawals held back, and the difference between what it has and what was brought
   * in.
   */
  readonly escrowWei: bigint;
  readonly mintedWei: bigint;
}

export const VIOLATION_KINDS = ['secondExecution', 'secondScore', 'wrongReport', 'wei', 'slash', 'unfinished'] as const;
export type ViolationKind = (typeof VIOLATION_KINDS)[number];

export interface Violation {
  readonly kind: ViolationKind;
  readonly facts: string;
  /** How much is lost or unexplained; 0 if it is not about money. */
  readonly wei: bigint;
}

const PAID = new Set(['EndSuccess', 'EndGroupSuccess', 'EndGroupRefund']);

export function judge(facts: SoakFacts): Violation[] {
  const tasks = new Map(facts.tasks.map((task) => [task.commitment, task]));
  return [
    ...facts.nodes.flatMap((node) => judgeVerdicts(node, tasks)),
    ...facts.nodes.flatMap(judgeBooks),
    ...facts.tasks.flatMap(judgeTask),
    ...judgePayments(facts.tasks),
    ...wei('the relay is still holding back fees or withdrawals', facts.escrowWei),
    ...wei('the relay has more or less than was brought in', facts.mintedWei),
  ];
}

function violation(kind: ViolationKind, facts: string, lostWei = 0n): Violation {
  return { kind, facts, wei: lostWei < 0n ? -lostWei : lostWei };
}

function wei(facts: string, byWei: bigint): Violation[] {
  return byWei === 0n ? [] : [violation('wei', `${facts}: ${byWei} wei`, byWei)];
}

function judgeVerdicts(node: NodeFacts, tasks: ReadonlyMap<string, TaskFacts>): Violation[] {
  const found: Violation[] = [];
  const runs = Map.groupBy(node.runs, ({ commitment }) => commitment);
  const posts = Map.groupBy(node.posts, ({ commitment }) => commitment);
  const executions = Map.groupBy(node.executions, ({ commitment }) => commitment);
  const ledger = new Map(node.scores.map(({ commitment, score }) => [commitment, score]));
  for (const commitment of new Set([...runs.keys(), ...posts.keys(), ...executions.keys(), ...ledger.keys()])) {
    const at = `${node.name} ${commitment}`;
    const ran = runs.get(commitment) ?? [];
    const scored = (posts.get(commitment) ?? []).filter(({ action }) => action === 'score');
    const reports = (posts.get(commitment) ?? []).filter(({ action }) => action === 'task_error');
    const attempts = executions.get(commitment) ?? [];
    const verdicts = attempts.filter(({ outcome }) => outcome === 'scored');

    const first = scored[0];
    const late = first === undefined ? [] : ran.filter(({ atNs }) => atNs > first.atNs);
    const after = verdicts.flatMap(({ attempt }) => attempts.filter((other) => other.attempt > attempt));
    if (late.length + after.length > 0) {
      found.push(violation('secondExecution', `${at}: ${late.length} runs after the score, ${after.length} recorded after it`));
    }
    if (ran.length > attempts.length) {
      found.push(violation('secondExecution', `${at}: the engine ran it ${ran.length} times, ${attempts.length} are recorded`));
    }

    const told = new Set(scored.map(({ score }) => score));
    const recorded = ledger.get(commitment);
    if (told.size > 1) found.push(violation('secondScore', `${at}: signed ${[...told].join(' and ')}`));
    else if (first !== undefined && first.score !== recorded) {
      found.push(violation('secondScore', `${at}: signed ${first.score}, its ledger has ${recorded ?? 'nothing'}`));
    }
    if (verdicts.length > 1) found.push(violation('secondScore', `${at}: ${verdicts.length} executions are the scored one`));

    const task = tasks.get(commitment);
    if (reports.length > 0 && (task?.isInvalid !== true || recorded !== undefined || scored.length > 0)) {
      found.push(violation('wrongReport', `${at}: reported as invalid (${task?.status ?? 'unknown to the relay'})`));
    }
  }
  return found;
}

function judgeBooks(node: NodeFacts): Violation[] {
  const found = SOAK_ACCOUNTS.flatMap((account) =>
    wei(
      `${node.name}: ledger ${node.ledger[account]}, real ${node.held[account]} in ${account}`,
      node.ledger[account] - node.held[account],
    ),
  );
  if (node.ledgerConflicts > 0)
    found.push(violation('wei', `${node.name}: ${node.ledgerConflicts} contradictions in the ledger`));
  return found;
}

function judgeTask({ commitment, status, isInvalid, abortReason }: TaskFacts): Violation[] {
  if (!status.startsWith('End')) return [violation('unfinished', `${commitment} is ${status}`)];
  if (status === 'EndInvalidated') return [violation('slash', `${commitment} was invalidated, and its node slashed`)];
  if (!isInvalid && abortReason === 'ErrorReported') return [violation('wrongReport', `${commitment} ended as reported`)];
  if (isInvalid && PAID.has(status)) return [violation('wrongReport', `${commitment} is invalid and ended as ${status}`)];
  return [];
}

/**
 * The fee of a task, or of a group's winner, is paid out once; that of a task which its application never validated is
 * paid to its node (protocol/tasks/deviations.ts); for everything else, nothing is paid.
 */
function judgePayments(tasks: readonly TaskFacts[]): Violation[] {
  const groups = Map.groupBy(tasks, ({ taskId, commitment }) => (taskId === '' ? commitment : taskId));
  return [...groups].flatMap(([id, members]) => {
    const winner = members.find(({ status }) => status === 'EndSuccess' || status === 'EndGroupSuccess');
    const unvalidated = members.filter(({ abortReason }) => abortReason === 'CreatorValidationTimeout');
    const dueWei = unvalidated.reduce((sum, { feeWei }) => sum + feeWei, winner?.feeWei ?? 0n);
    const paidWei = members.reduce((sum, { incomeWei }) => sum + incomeWei, 0n);
    return wei(`${id}: ${dueWei} wei were due, ${paidWei} were paid`, paidWei - dueWei);
  });
}
