import { describe, expect, it } from 'vitest';
import type { ChainTask } from '../../devnet/chain-mode/chain-task.ts';
import type { Hex } from '../../protocol/hex.ts';
import { buildChainReport, type ChainReportInput, type Holdings, incomeOf } from './report.ts';

const person = (name: string, byte: string) => ({ name, address: `0x${byte.repeat(20)}` as Hex });
const [YOU, ADA, MALLORY] = [person('your node', 'Aa'), person('ada', 'bb'), person('mallory', 'cc')];
const [APPLICATION, OWNER] = [person('application', 'dd'), person('owner', 'ee')];
const [SINGLE, WON, REFUNDED, CHEATED] = ['11', '22', '33', '44'].map((byte) => `0x${byte.repeat(32)}` as Hex) as [
  Hex,
  Hex,
  Hex,
  Hex,
];

const task = (fields: Partial<ChainTask>): ChainTask => ({
  type: 'Llm',
  creator: APPLICATION.address,
  commitment: SINGLE,
  samplingSeed: '0x',
  nonce: '0x',
  sequence: 1,
  status: 'EndSuccess',
  selectedNode: YOU.address,
  timeoutSeconds: 180,
  score: '0x12',
  feeWei: 7n,
  size: 1n,
  modelIds: [],
  minVramGib: 0,
  requiredGpu: '',
  requiredGpuVramGib: 0,
  version: '3.0.0',
  abortReason: 'None',
  error: 0,
  payments: [],
  createSeconds: 1,
  startSeconds: 1,
  scoreReadySeconds: 1,
  ...fields,
});

const TASKS = [
  task({}),
  task({
    commitment: WON,
    status: 'EndGroupSuccess',
    selectedNode: ADA.address,
    feeWei: 19n,
    payments: [
      { node: ADA.address, wei: 10n },
      { node: YOU.address.toLowerCase() as Hex, wei: 9n },
    ],
  }),
  task({ commitment: REFUNDED, status: 'EndGroupRefund', feeWei: 19n }),
  task({ commitment: CHEATED, status: 'EndInvalidated', selectedNode: MALLORY.address, feeWei: 19n }),
];
const GROUPS = [[WON, REFUNDED, CHEATED]];

const holds = (walletWei: bigint, stakeWei: bigint, gasWei: bigint): Holdings => ({ walletWei, stakeWei, gasWei });
const byAddress = <Value>(rows: readonly (readonly [{ address: Hex }, Value])[]) =>
  new Map(rows.map(([{ address }, value]) => [address.toLowerCase(), value]));

const input: ChainReportInput = {
  tasks: TASKS,
  groups: GROUPS,
  nodes: [YOU, ADA, MALLORY],
  application: APPLICATION,
  owner: OWNER,
  holdings: byAddress([
    [YOU, holds(113n, 400n, 3n)],
    [ADA, holds(109n, 400n, 1n)],
    [MALLORY, holds(98n, 0n, 2n)],
    [APPLICATION, holds(970n, 0n, 4n)],
    [OWNER, holds(495n, 0n, 5n)],
  ]),
  givenWei: byAddress([
    [YOU, 500n],
    [ADA, 500n],
    [MALLORY, 500n],
    [APPLICATION, 1_000n],
    [OWNER, 100n],
  ]),
  held: { byTasks: 0n, byNodes: 800n },
  slashed: [MALLORY.address],
  stakeWei: 400n,
  titles: new Map([[SINGLE, 'haiku']]),
  nodePaymentsWei: new Map([
    [SINGLE, 7n],
    [REFUNDED, 9n],
  ]),
  ledgerReport: { text: 'LEDGER', differences: [] },
  durationMs: 1_500,
};

describe('income on a chain', () => {
  it('is the fee of a single task, and a share of the winner’s fee for a refunded task', () => {
    expect(incomeOf(input, YOU.address)).toEqual(
      new Map([
        [SINGLE, 7n],
        [REFUNDED, 9n],
      ]),
    );
    expect(incomeOf(input, ADA.address)).toEqual(new Map([[WON, 10n]]));
    expect(incomeOf(input, MALLORY.address)).toEqual(new Map());
  });
});

describe('buildChainReport', () => {
  it('adds up, and says so', () => {
    const { json, text, differences } = buildChainReport(input);
    expect(differences).toEqual([]);
    expect(json).toMatchObject({
      mode: 'chain',
      earnedWei: '16',
      relayBalanceWei: '0',
      slashedNodes: [MALLORY.address],
      durationMs: 1_500,
    });
    expect(json.tasks.map(({ state, paymentWei }) => [state, paymentWei])).toEqual([
      ['EndSuccess', '7'],
      ['EndGroupSuccess', '0'],
      ['EndGroupRefund', '9'],
      ['EndInvalidated', '0'],
    ]);
    expect(text).toContain('haiku');
    expect(text).toContain('mallory lost its stake');
    expect(text).toContain('LEDGER');
    expect(text).toContain('agree to the wei');
  });

  it.each<[string, Partial<ChainReportInput>]>([
    ['a wei that an account lacks', { holdings: new Map(input.holdings).set(ADA.address, holds(108n, 400n, 1n)) }],
    ['a stake that belongs to nobody', { held: { byTasks: 0n, byNodes: 801n } }],
    ['a payment that the node does not know of', { nodePaymentsWei: new Map([[SINGLE, 7n]]) }],
    ["a difference in the node's own ledger", { ledgerReport: { text: '', differences: ['wallet: 1 wei'] } }],
  ])('%s is reported', (_, changes) => {
    const { differences, text } = buildChainReport({ ...input, ...changes });
    expect(differences).toHaveLength(1);
    expect(text).toContain('NOT add up');
    expect(text).toContain(differences[0]);
  });

  it('a fee that stays in the contract gives two differences', () => {
    const { differences } = buildChainReport({ ...input, held: { byTasks: 7n, byNodes: 800n } });
    expect(differences).toEqual([
      'coin in the task contract against the fees of open tasks: 7 wei, expected 0 wei',
      'fees of all against each other, with those in the contract: 0 wei, expected -7 wei',
    ]);
  });
});
