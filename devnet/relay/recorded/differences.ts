/**
 * Where the local relay's answers differ from the real one's, each with its reason. A test fails on a difference that
 * is not listed, and on a listed one that no longer occurs.
 */

export interface Known {
  /** Matches `METHOD route [situation] difference`. */
  readonly pattern: RegExp;
  readonly reason: string;
}

export const DIFFERENCES: readonly Known[] = [
  {
    pattern: /^POST \/v1\/inference_tasks\/:task_id_commitment \[(?:task_args against the schema|task_type 9)\] refusal/,
    reason: "The real relay repeats its JSON schema library's message; status and field are the same.",
  },
  {
    pattern: /^GET \/v1\/relay_account\/event_logs \[start 0, limit 40\] .*tx_hash: text for hex$/,
    reason: 'The money in accounts at the start of a local network did not come from a transaction.',
  },
];

/** Recorded exchanges to which no answer of the local relay is compared. */
export const NOT_ASKED: readonly Known[] = [
  { pattern: /\[our program: \d+\]$/, reason: 'The same request as another exchange of its route.' },
  {
    pattern: /^(?:GET|POST) \/v2\/admin\//,
    reason: 'For the admin of the real relay: no node, application or window requests it.',
  },
  { pattern: /^GET \/ \[hello page\]$/, reason: 'A page for people.' },
  {
    pattern: /\[(?:fine-tune status 9|fine-tune group)/,
    reason: 'Three fine-tune tasks that end by the same deadline: like the single one, which is compared.',
  },
  { pattern: /\[ParametersUploaded \(2\), set by SQL/, reason: 'No relay ever brings a task into this state.' },
  {
    pattern: /\[status 9, group with one cancelled and two different/,
    reason: 'Like the group with one timed out and two different.',
  },
  { pattern: /kicked out|kick-out/, reason: 'A kick-out takes fifty bad ranks; see node-departure.test.ts.' },
  {
    pattern: /\/withdraw \[(?:other benefit address|no benefit address on chain)/,
    reason: 'The beneficial address is on the chain; see chain/stakes.integration.test.ts.',
  },
  {
    pattern:
      /\[(?:unstaking on chain|slashed, delegated slash job|after being slashed|paid to the own address|of a slashed node with delegators|a node that deposited|a node that deposited, processed)\]$/,
    reason: 'Needs a chain; see chain/stakes.integration.test.ts.',
  },
  { pattern: /\[Quit \(0\), slashed, had delegators\]$/, reason: 'Needs a chain that slashes delegations.' },
  { pattern: /event_logs \[start 1\d\d, limit 30\]$/, reason: 'Other rows of the same log.' },
  {
    pattern: /\/deposit\/list \[application\]$|\/withdraw\/list \[pending\]$/,
    reason: 'Empty only while the real relay lags behind.',
  },
  {
    pattern: /^GET \/v1\/staking\/:address \[Quit\]$/,
    reason: 'Recorded for an address whose stake had been returned; the form is the same as for a staked one.',
  },
  {
    pattern: /\[model_switched\]$/,
    reason: 'Whether a model was switched is not stored: the local relay counts none as switched.',
  },
  {
    pattern: /loaded-models \[with (?:nodes and tasks|a new model|loaded models)\]$/,
    reason: 'The real relay records loaded models once an hour, the local one at once.',
  },
  {
    pattern: /\[Available \(1\), with emission estimate\]$/,
    reason: 'A local network has no future emissions: every estimate is zero.',
  },
  {
    pattern: /\[(?:after a release|after a release: one completed|after several tasks|page 2 of size 2|image group winner)\]$/,
    reason: 'The same form as an earlier exchange of its route.',
  },
];
