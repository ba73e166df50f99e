/**
 * The contracts of a network whose tasks are on the chain. A test checks every selector, topic and tuple against the
 * network's own (`testing/contract-facts.json`). No event parameter is indexed. The contract's `error` is named
 * `taskError` here, because `error` is a keyword in this notation. Source: CHAIN_PROTOCOL 2–4.
 */
import { Interface } from 'ethers';

export const TASK_INTERFACE = new Interface([
  'event DownloadModel(address nodeAddress, string modelID, uint8 taskType)',
  'event TaskStarted(bytes32 taskIDCommitment, address selectedNode)',
  'event TaskParametersUploaded(bytes32 taskIDCommitment, address selectedNode)',
  'event TaskErrorReported(bytes32 taskIDCommitment, address selectedNode, uint8 taskError)',
  'event TaskScoreReady(bytes32 taskIDCommitment, address selectedNode, bytes taskScore)',
  'event TaskValidated(bytes32 taskIDCommitment)',
  'event TaskEndSuccess(bytes32 taskIDCommitment)',
  'event TaskEndInvalidated(bytes32 taskIDCommitment)',
  'event TaskEndGroupSuccess(bytes32 taskIDCommitment)',
  'event TaskEndGroupRefund(bytes32 taskIDCommitment)',
  'event TaskEndAborted(bytes32 taskIDCommitment, address abortIssuer, uint8 lastStatus, uint8 abortReason)',
  'function submitTaskScore(bytes32 taskIDCommitment, bytes taskScore)',
  'function reportTaskError(bytes32 taskIDCommitment, uint8 taskError)',
  'function abortTask(bytes32 taskIDCommitment, uint8 abortReason)',
  'function getTask(bytes32 taskIDCommitment) view returns (tuple(uint8 taskType, address creator, bytes32 taskIDCommitment, bytes32 samplingSeed, bytes32 nonce, uint256 sequence, uint8 status, address selectedNode, uint256 timeout, bytes score, uint256 taskFee, uint256 taskSize, string[] modelIDs, uint256 minimumVRAM, string requiredGPU, uint256 requiredGPUVRAM, uint256[3] taskVersion, uint8 abortReason, uint8 taskError, address[] paymentAddresses, uint256[] payments, uint256 createTimestamp, uint256 startTimestamp, uint256 scoreReadyTimestamp))',
  'function getNodeTask(address nodeAddress) view returns (bytes32)',
]);

export const NODE_INTERFACE = new Interface([
  'event NodeSlashed(address nodeAddress)',
  'event NodeKickedOut(address nodeAddress)',
  'function join(string gpuName, uint256 gpuVram, uint256[3] version, bytes publicKey, string[] modelIDs) payable',
  'function quit()',
  'function pause()',
  'function resume()',
  'function updateVersion(uint256[3] version)',
  'function reportModelDownloaded(string modelID)',
  'function getNodeStatus(address nodeAddress) view returns (uint8)',
  'function getNodeInfo(address nodeAddress) view returns (tuple(uint8 status, bytes32 gpuID, tuple(string name, uint256 vram) gpu, uint256 score, uint256[3] version, bytes publicKey, string[] lastModelIDs, string[] localModelIDs))',
  'function getStakedAmount(address nodeAddress) view returns (uint256)',
  'function getAvailableNodes() view returns (address[])',
  'function owner() view returns (address)',
]);

export const QOS_INTERFACE = new Interface([
  'function getTaskScore(address nodeAddress) view returns (uint256)',
  'function getTaskScoreLimit() view returns (uint256)',
  'function getCurrentTaskScore(address nodeAddress) view returns (uint256)',
  'function getRecentTaskScore(address nodeAddress) view returns (uint256)',
  'function getRecentTaskCount(address nodeAddress) view returns (uint256)',
  'function getTaskCount(address nodeAddress) view returns (uint256)',
  'function shouldKickOut(address nodeAddress) view returns (bool)',
]);

export const QUEUE_INTERFACE = new Interface([
  'function size() view returns (uint256)',
  'function getSizeLimit() view returns (uint256)',
]);

export const STATS_INTERFACE = new Interface([
  'function activeNodes() view returns (uint256)',
  'function availableNodes() view returns (uint256)',
  'function busyNodes() view returns (uint256)',
  'function totalNodes() view returns (uint256)',
  'function queuedTasks() view returns (uint256)',
  'function runningTasks() view returns (uint256)',
  'function totalTasks() view returns (uint256)',
  'function getAllNodeInfo(uint256 offset, uint256 length) view returns (tuple(address nodeAddress, string GPUModel, uint256 VRAM)[])',
]);

export const TASK_CHAIN_INTERFACES = {
  task: TASK_INTERFACE,
  node: NODE_INTERFACE,
  qos: QOS_INTERFACE,
  taskQueue: QUEUE_INTERFACE,
  networkStats: STATS_INTERFACE,
} as const;
