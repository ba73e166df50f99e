/** A second interpretation of the relay's answers with its own tables, to compare with the client's results. */

export const NO_TASK = `0x${'0'.repeat(64)}`;

export const NODE_STATUSES = ['Quit', 'Available', 'Busy', 'PendingPause', 'PendingQuit', 'Paused'];
const TASK_STATUSES = [
  'Queued',
  'Started',
  'ParametersUploaded',
  'ErrorReported',
  'ScoreReady',
  'Validated',
  'GroupValidated',
  'EndInvalidated',
  'EndSuccess',
  'EndAborted',
  'EndGroupRefund',
  'EndGroupSuccess',
];
const ABORT_REASONS = [
  'None',
  'Timeout',
  'ModelDownloadFailed',
  'IncorrectResult',
  'TaskFeeTooLow',
  'GroupTimeout',
  'ErrorReported',
  'CreatorCancelled',
  'CreatorValidationTimeout',
  'ResultUploadTimeout',
  'NodeSlashed',
];
export const ACCOUNT_TYPES: Readonly<Record<number, string>> = { 0: 'TaskIncome', 4: 'TaskPayment', 5: 'TaskRefund' };

export type Json = Record<string, unknown>;

const rfc = (text: unknown) => (text === undefined ? null : new Date(String(text)).getTime());
export const seconds = (value: unknown) => Number(value) * 1_000;
export const wei = (text: unknown) => BigInt(String(text));

export function taskMeaning(data: Json) {
  const text = (name: string) => String(data[name]);
  return {
    sequence: data.sequence,
    taskArgs: data.task_args,
    commitment: data.task_id_commitment,
    creator: data.creator,
    samplingSeed: data.sampling_seed,
    nonce: data.nonce,
    status: TASK_STATUSES[Number(data.status)],
    type: ['StableDiffusion', 'Llm', 'FineTuneLora'][Number(data.task_type)],
    version: data.task_version,
    timeoutSeconds: data.timeout,
    minVramGib: data.min_vram,
    requiredGpu: data.required_gpu,
    requiredGpuVramGib: data.required_gpu_vram,
    feeWei: wei(data.task_fee),
    size: data.task_size,
    modelIds: data.model_ids ?? [],
    abortReason: ABORT_REASONS[Number(data.abort_reason)],
    error: ['None', 'ParametersValidationFailed'][Number(data.task_error)],
    score: text('score'),
    qosScore: data.qos_score,
    selectedNode: data.selected_node === '' ? null : data.selected_node,
    createTimeMs: rfc(data.create_time),
    startTimeMs: rfc(data.start_time),
    scoreReadyTimeMs: rfc(data.score_ready_time),
    validatedTimeMs: rfc(data.validated_time),
    resultUploadedTimeMs: rfc(data.result_uploaded_time),
  };
}

export function nodeMeaning(data: Json) {
  return {
    address: data.address,
    network: data.network,
    status: NODE_STATUSES[Number(data.status)],
    gpuName: data.gpu_name,
    gpuVramGib: data.gpu_vram,
    version: data.version,
    inUseModelIds: data.in_use_model_ids,
    modelIds: data.model_ids,
    stakingScore: data.staking_score,
    qosScore: data.qos_score,
    probWeight: data.prob_weight,
    operatorStakingWei: wei(data.operator_staking),
    delegatorStakingWei: wei(data.delegator_staking),
    relayBalanceWei: wei(data.relay_account_balance),
    lockedEmissionWei: wei(data.locked_emission),
    delegatorShare: data.delegator_share,
    delegatorsNum: data.delegators_num,
    totalOperatorEarningsWei: wei(data.total_operator_earnings),
    todayOperatorEarningsWei: wei(data.today_operator_earnings),
    totalDelegatorEarningsWei: wei(data.total_delegator_earnings),
    todayDelegatorEarningsWei: wei(data.today_delegator_earnings),
  };
}

export function traceMeaning(row: Json) {
  const levels = (when: string) => ({
    long: row[`qos_long_${when}`],
    health: row[`qos_short_${when}`],
    combined: row[`qos_${when}`],
  });
  return {
    atMs: seconds(row.timestamp),
    commitment: row.task_id_commitment ?? null,
    event: row.event_type,
    taskScore: row.task_qos_score ?? null,
    rank: row.validation_rank ?? null,
    before: levels('before'),
    after: levels('after'),
  };
}

export const publicNodes = (rows: Json[] | null) => ({
  complete: true,
  nodes: (rows ?? []).map((row) => ({
    address: row.address,
    gpuName: row.card_model,
    gpuVramGib: row.v_ram,
    weight: row.prob_weight ?? null,
  })),
});
