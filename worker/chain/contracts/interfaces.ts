/**
 * The interfaces of the network's contracts, by generation. A test checks every selector, topic and error against the
 * network's own (`testing/network-facts.json`). Source: CHAIN_PROTOCOL 7, RELAY_PROTOCOL 10.1.
 */
import { Interface } from 'ethers';
import type { StakingGeneration } from '../../../contract/chain-preset.ts';

export type ContractName = 'NodeStaking' | 'DelegatedStaking' | 'BenefitAddress' | 'Credits';

const OWNABLE = [
  'error OwnableInvalidOwner(address owner)',
  'error OwnableUnauthorizedAccount(address account)',
  'event OwnershipTransferred(address indexed previousOwner, address indexed newOwner)',
  'function owner() view returns (address)',
  'function transferOwnership(address newOwner)',
];
const RENOUNCEABLE = ['function renounceOwnership()'];
const CONTROLLED = [
  ...OWNABLE,
  ...RENOUNCEABLE,
  'event ParameterControllerUpdated(address indexed parameterControllerAddress)',
  'function setAdminAddress(address addr)',
  'function setParameterController(address addr)',
];
const OBSERVED = [
  ...OWNABLE,
  'error OwnershipRenouncementDisabled()',
  'error ReentrancyGuardReentrantCall()',
  'event AdminAddressUpdated(address indexed oldAddress, address indexed newAddress)',
  'event MinStakeAmountUpdated(uint256 oldAmount, uint256 newAmount)',
  'event ObserverUpdated(address indexed oldObserver, address indexed newObserver)',
  'function renounceOwnership() view',
  'function setAdminAddress(address addr)',
  'function setObserver(address addr)',
  'function slashReceiver() view returns (address)',
];

/** The common part of both generations of NodeStaking. */
const NODE_STAKING = [
  'event NodeTryUnstaked(address indexed nodeAddress)',
  'function stake(uint256 stakedAmount) payable',
  'function tryUnstake()',
  'function forceUnstake()',
  'function unstake(address nodeAddress)',
  'function slashStaking(address nodeAddress)',
  'function getAllNodeAddresses(uint256 page, uint256 pageSize) view returns (address[])',
  'function getMinStakeAmount() view returns (uint256)',
  'function setMinStakeAmount(uint256 stakeAmount)',
  'function getForceUnstakeDelay() view returns (uint256)',
  'function setForceUnstakeDelay(uint256 delay)',
];
const J26_NODE_STAKING = [
  ...CONTROLLED,
  ...NODE_STAKING,
  'constructor(address creditsContract, address benefitAddressContract, address slashReceiverAddress)',
  'event NodeStaked(address indexed nodeAddress, uint256 stakedBalance, uint256 stakedCredits)',
  'event NodeUnstaked(address indexed nodeAddress, uint256 stakedBalance, uint256 stakedCredits)',
  'event NodeSlashed(address indexed nodeAddress, uint256 stakedBalance, uint256 stakedCredits)',
  'function getStakingInfo(address nodeAddress) view returns (tuple(address nodeAddress, uint256 stakedBalance, uint256 stakedCredits, uint8 status, uint256 unstakeTimestamp))',
];
const C26_NODE_STAKING = [
  ...OBSERVED,
  ...NODE_STAKING,
  'constructor(address benefitAddressContract, address slashReceiverAddress, uint256 minStakeAmount_)',
  'event NodeStaked(address indexed nodeAddress, uint256 stakedBalance)',
  'event NodeUnstaked(address indexed nodeAddress, uint256 stakedBalance)',
  'event NodeSlashed(address indexed nodeAddress, uint256 stakedBalance)',
  'event ForceUnstakeDelayUpdated(uint256 oldDelay, uint256 newDelay)',
  'function ba() view returns (address)',
  'function getStakingInfo(address nodeAddress) view returns (tuple(address nodeAddress, uint256 stakedBalance, uint8 status, uint256 unstakeTimestamp))',
];

const DELEGATED_STAKING = [
  'event DelegatorStaked(address indexed delegatorAddress, address nodeAddress, uint256 amount)',
  'event DelegatorUnstaked(address indexed delegatorAddress, address nodeAddress, uint256 amount)',
  'event DelegatorSlashed(address indexed delegatorAddress, address nodeAddress, uint256 amount)',
  'event NodeDelegatorShareChanged(address indexed nodeAddress, uint8 share)',
  'function stake(address nodeAddress, uint256 amount) payable',
  'function unstake(address nodeAddress)',
  'function slashNodeDelegations(address nodeAddress, address[] delegators)',
  'function setDelegatorShare(uint8 share)',
  'function getNodeDelegatorShare(address nodeAddress) view returns (uint8)',
  'function getMinStakeAmount() view returns (uint256)',
  'function setMinStakeAmount(uint256 stakeAmount)',
  'function getDelegatableNodeCount() view returns (uint256)',
  'function getDelegatableNodes(uint256 page, uint256 pageSize) view returns (address[], uint8[])',
  'function getDelegationStakingAmount(address delegatorAddress, address nodeAddress) view returns (uint256)',
  'function getDelegatorStakingInfos(address delegatorAddress) view returns (address[], uint256[])',
  'function getDelegatorTotalStakeAmount(address delegatorAddress) view returns (uint256)',
  'function getNodeStakingInfoCount(address nodeAddress) view returns (uint256)',
  'function getNodeStakingInfos(address nodeAddress, uint256 page, uint256 pageSize) view returns (address[], uint256[])',
  'function getNodeTotalStakeAmount(address nodeAddress) view returns (uint256)',
  'function getAllDelegatorAddresses() view returns (address[])',
  'function getAllNodeAddresses() view returns (address[])',
];

const BENEFIT_ADDRESS = [
  ...OWNABLE,
  ...RENOUNCEABLE,
  'event BenefitAddressSet(address indexed nodeAddress, address indexed benefitAddress)',
  'function setBenefitAddress(address benefitAddress)',
  'function getBenefitAddress(address nodeAddress) view returns (address)',
];

const CREDITS = [
  ...CONTROLLED,
  'event CreditsBought(address indexed fromAddr, address indexed toAddr, uint256 amount)',
  'event CreditsStaked(address indexed addr, uint256 amount)',
  'event CreditsUnstaked(address indexed addr, uint256 amount)',
  'function setStakingAddress(address addr)',
  'function createCredits(address addr, uint256 amount)',
  'function stakeCredits(address addr, uint256 amount)',
  'function unstakeCredits(address addr, uint256 amount)',
  'function getCredits(address addr) view returns (uint256)',
  'function getAllCreditAddresses() view returns (address[])',
  'function getAllCredits() view returns (address[], uint256[])',
];

/** The same in both generations. */
export const BENEFIT_ADDRESS_INTERFACE = new Interface(BENEFIT_ADDRESS);

export const INTERFACES = {
  J26: {
    NodeStaking: new Interface(J26_NODE_STAKING),
    DelegatedStaking: new Interface([...CONTROLLED, ...DELEGATED_STAKING, 'constructor(address slashReceiverAddress)']),
    BenefitAddress: BENEFIT_ADDRESS_INTERFACE,
    Credits: new Interface(CREDITS),
  },
  C26: {
    NodeStaking: new Interface(C26_NODE_STAKING),
    DelegatedStaking: new Interface([
      ...OBSERVED,
      ...DELEGATED_STAKING,
      'constructor(address slashReceiverAddress, uint256 minStakeAmount_)',
    ]),
    BenefitAddress: BENEFIT_ADDRESS_INTERFACE,
  },
} as const satisfies Record<StakingGeneration, Partial<Record<ContractName, Interface>>>;
