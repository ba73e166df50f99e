// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AddressList} from "../shared/AddressList.sol";
import {BenefitAddress} from "../shared/BenefitAddress.sol";
import {Controlled} from "./Controlled.sol";
import {Credits} from "./Credits.sol";

/// The stake of nodes, in coin and credits. Amounts in wei, times in seconds.
contract NodeStaking is Controlled {
    using AddressList for AddressList.List;

    enum StakingStatus {
        Unstaked,
        Staked,
        PendingUnstaked
    }

    struct StakingInfo {
        address nodeAddress;
        uint256 stakedBalance;
        uint256 stakedCredits;
        StakingStatus status;
        uint256 unstakeTimestamp;
    }

    /// Totals after the change, not the change.
    event NodeStaked(address indexed nodeAddress, uint256 stakedBalance, uint256 stakedCredits);
    event NodeTryUnstaked(address indexed nodeAddress);
    event NodeUnstaked(address indexed nodeAddress, uint256 stakedBalance, uint256 stakedCredits);
    event NodeSlashed(address indexed nodeAddress, uint256 stakedBalance, uint256 stakedCredits);

    Credits private immutable _credits;
    BenefitAddress private immutable _benefit;
    address private immutable _slashReceiver;

    uint256 private _minStakeAmount = 400 ether;
    uint256 private _forceUnstakeDelay = 1800;
    mapping(address => StakingInfo) private _infoOf;
    AddressList.List private _nodes;

    constructor(address creditsContract, address benefitAddressContract, address slashReceiverAddress) {
        require(slashReceiverAddress != address(0), "slash receiver is zero");
        _credits = Credits(creditsContract);
        _benefit = BenefitAddress(benefitAddressContract);
        _slashReceiver = slashReceiverAddress;
    }

    function setMinStakeAmount(uint256 stakeAmount) external onlyController {
        require(stakeAmount > 0, "minimum stake amount is 0");
        _minStakeAmount = stakeAmount;
    }

    function setForceUnstakeDelay(uint256 delay) external onlyController {
        require(delay > 0, "force unstake delay is 0");
        _forceUnstakeDelay = delay;
    }

    function getMinStakeAmount() external view returns (uint256) {
        return _minStakeAmount;
    }

    function getForceUnstakeDelay() external view returns (uint256) {
        return _forceUnstakeDelay;
    }

    /// All zero if the node has no stake.
    function getStakingInfo(address nodeAddress) external view returns (StakingInfo memory) {
        return _infoOf[nodeAddress];
    }

    function getAllNodeAddresses(uint256 page, uint256 pageSize) external view returns (address[] memory) {
        return _nodes.page(page, pageSize);
    }

    /// Sets the sender's stake to `stakedAmount`. An increase takes credits first, and the
    /// value must be exactly the rest; a decrease returns coin first.
    function stake(uint256 stakedAmount) external payable {
        require(stakedAmount >= _minStakeAmount, "Staked amount is too low");
        StakingInfo storage info = _infoOf[msg.sender];
        require(info.status != StakingStatus.PendingUnstaked, "Wrong staking status");

        uint256 current = info.stakedBalance + info.stakedCredits;
        if (stakedAmount > current) {
            _increase(info, stakedAmount - current);
        } else {
            require(msg.value == 0, "Inconsistent staked balance");
            if (stakedAmount < current) _decrease(info, current - stakedAmount);
        }
        emit NodeStaked(msg.sender, info.stakedBalance, info.stakedCredits);
    }

    function tryUnstake() external {
        StakingInfo storage info = _staked(msg.sender);
        require(info.status == StakingStatus.Staked, "Node has unstaked");
        info.status = StakingStatus.PendingUnstaked;
        info.unstakeTimestamp = block.timestamp;
        emit NodeTryUnstaked(msg.sender);
    }

    /// The way out if the admin does not respond: only once more than `delay` has passed since `tryUnstake`.
    function forceUnstake() external {
        StakingInfo storage info = _staked(msg.sender);
        require(info.status == StakingStatus.PendingUnstaked, "Node didn't tryUnstake first");
        require(info.unstakeTimestamp + _forceUnstakeDelay < block.timestamp, "Force unstake time not reached");
        _unstake(msg.sender);
    }

    function unstake(address nodeAddress) external onlyAdmin {
        StakingInfo storage info = _staked(nodeAddress);
        require(info.status != StakingStatus.Unstaked, "Wrong staking status");
        _unstake(nodeAddress);
    }

    /// The coin goes to the slash receiver. The credits stay booked to this contract.
    function slashStaking(address nodeAddress) external onlyAdmin {
        StakingInfo memory info = _staked(nodeAddress);
        require(info.stakedBalance + info.stakedCredits > 0, "Staking is zero");
        _forget(nodeAddress);
        if (info.stakedBalance > 0) _pay(_slashReceiver, info.stakedBalance);
        emit NodeSlashed(nodeAddress, info.stakedBalance, info.stakedCredits);
    }

    function _increase(StakingInfo storage info, uint256 amount) private {
        uint256 available = _credits.getCredits(msg.sender);
        uint256 fromCredits = available < amount ? available : amount;
        require(msg.value == amount - fromCredits, "Inconsistent staked balance");
        info.nodeAddress = msg.sender;
        info.status = StakingStatus.Staked;
        info.stakedBalance += msg.value;
        info.stakedCredits += fromCredits;
        _nodes.add(msg.sender);
        // Also called with 0, as in the network's contract, so that the event shows every increase.
        _credits.stakeCredits(msg.sender, fromCredits);
    }

    function _decrease(StakingInfo storage info, uint256 amount) private {
        uint256 coin = amount < info.stakedBalance ? amount : info.stakedBalance;
        info.stakedBalance -= coin;
        info.stakedCredits -= amount - coin;
        _return(msg.sender, coin, amount - coin);
    }

    function _unstake(address nodeAddress) private {
        StakingInfo memory info = _infoOf[nodeAddress];
        _forget(nodeAddress);
        _return(nodeAddress, info.stakedBalance, info.stakedCredits);
        emit NodeUnstaked(nodeAddress, info.stakedBalance, info.stakedCredits);
    }

    function _staked(address nodeAddress) private view returns (StakingInfo storage info) {
        info = _infoOf[nodeAddress];
        require(info.nodeAddress != address(0), "Node not staked");
    }

    function _forget(address nodeAddress) private {
        delete _infoOf[nodeAddress];
        _nodes.remove(nodeAddress);
    }

    /// Coin to the benefit address, or to the node itself while it has none; credits to the node's credit account.
    function _return(address nodeAddress, uint256 coin, uint256 credits) private {
        if (credits > 0) _credits.unstakeCredits(nodeAddress, credits);
        if (coin == 0) return;
        address benefit = _benefit.getBenefitAddress(nodeAddress);
        _pay(benefit == address(0) ? nodeAddress : benefit, coin);
    }

    function _pay(address to, uint256 amount) private {
        (bool sent, ) = to.call{value: amount}("");
        require(sent, "Token transfer failed");
    }
}
