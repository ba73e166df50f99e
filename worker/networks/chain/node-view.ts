/** A node according to the contracts, in the terms that all networks share. Source: CHAIN_PROTOCOL 3.1, 4.1. */
import type { Hex } from '../../../protocol/hex.ts';
import type { NodeInfo } from '../../../protocol/wire/node.ts';
import { WorkerError } from '../../kit/errors.ts';
import type { ChainNodeInfo, QosReading } from './task-contracts.ts';

/** There is no delegation, relay account or record of earnings, so those figures are 0. */
export function chainNodeView(parts: {
  readonly address: Hex;
  readonly network: string;
  readonly info: ChainNodeInfo;
  readonly stakeWei: bigint;
  readonly qos: QosReading;
}): NodeInfo {
  const { address, network, info, stakeWei, qos } = parts;
  return {
    address,
    network,
    status: info.status,
    gpuName: info.gpuName,
    gpuVramGib: info.gpuVramGib,
    version: info.version,
    inUseModelIds: info.lastModelIds,
    modelIds: info.localModelIds,
    // The stake does not influence the choice of a node.
    stakingScore: 0,
    qosScore: qos.limit === 0 ? 0 : qos.average / qos.limit,
    probWeight: info.score,
    operatorStakingWei: stakeWei,
    delegatorStakingWei: 0n,
    relayBalanceWei: 0n,
    lockedEmissionWei: 0n,
    delegatorShare: 0,
    delegatorsNum: 0,
    totalOperatorEarningsWei: 0n,
    todayOperatorEarningsWei: 0n,
    totalDelegatorEarningsWei: 0n,
    todayDelegatorEarningsWei: 0n,
  };
}

/** @throws WorkerError NODE_JOIN_FAILED unless it is a version of three numbers */
export function versionParts(version: string): [bigint, bigint, bigint] {
  const [, major = '', minor = '', patch = ''] = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version) ?? [];
  if (patch === '')
    throw new WorkerError('NODE_JOIN_FAILED', `the engine's version ${version} is not three numbers`, { version });
  return [BigInt(major), BigInt(minor), BigInt(patch)];
}
