// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AddressList} from "../shared/AddressList.sol";
import {BenefitAddress} from "../shared/BenefitAddress.sol";
import {Observed} from "./Observed.sol";

/// The stake of nodes as of August 2026: coin only. Amounts in wei, times in seconds.
contract NodeStaking is Observed {
    using AddressList for AddressList.List;

    enum StakingStatus {
        Unstaked,
        Staked,
        PendingUnstaked
    }

    struct StakingInfo {
        address nodeAddress;
        uint256 stakedBalance;
        StakingStatus status;
        uint256 unstakeTimestamp;
    }

    /// The total after the change, not the change.
    event NodeStaked(address indexed nodeAddress, uint256 stakedBalance);
    event NodeTryUnstaked(address indexed nodeAddress);
    event NodeUnstaked(address indexed nodeAddress, uint256 stakedBalance);
    event NodeSlashed(address indexed nodeAddress, uint256 stakedBalance);
    event ForceUnstakeDelayUpdated(uint256 oldDelay, uint256 newDelay);

    /// Named by the network's interface.
    BenefitAddress public immutable ba;

    uint256 private _forceUnstakeDelay = 1800;
    mapping(address => StakingInfo) private _infoOf;
    AddressList.List private _nodes;

    constructor(
        address benefitAddressContract,
        address slashReceiverAddress,
        uint256 minStakeAmount_
    ) Observed(_afterBenefit(benefitAddressContract, slashReceiverAddress), minStakeAmount_) {
        ba = BenefitAddress(benefitAddressContract);
    }

    function setForceUnstakeDelay(uint256 delay) external onlyOwner {
        require(delay > 0, "force unstake delay is 0");
        emit ForceUnstakeDelayUpdated(_forceUnstakeDelay, delay);
        _forceUnstakeDelay = delay;
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

    /// Sets the sender's stake to `stakedAmount`; the value is the increase, or 0.
    function stake(uint256 stakedAmount) external payable nonReentrant {
        require(stakedAmount >= _minimum(), "Staked amount is too low");
        StakingInfo storage info = _infoOf[msg.sender];
        require(info.status != StakingStatus.PendingUnstaked, "Wrong staking status");
        uint256 current = info.stakedBalance;
        uint256 increase = stakedAmount > current ? stakedAmount - current : 0;
        require(msg.value == increase, "Inconsistent staked balance");

        info.nodeAddress = msg.sender;
        info.stakedBalance = stakedAmount;
        info.status = StakingStatus.Staked;
        _nodes.add(msg.sender);
        emit NodeStaked(msg.sender, stakedAmount);
        if (stakedAmount != current) _announce(msg.sender);
        if (stakedAmount < current) _return(msg.sender, current - stakedAmount);
    }

    function tryUnstake() external {
        _requireObserver();
        StakingInfo storage info = _staked(msg.sender);
        require(info.status == StakingStatus.Staked, "Node has unstaked");
        info.status = StakingStatus.PendingUnstaked;
        info.unstakeTimestamp = block.timestamp;
        emit NodeTryUnstaked(msg.sender);
    }

    /// The way out if the admin does not respond: only once more than `delay` has passed since `tryUnstake`.
    function forceUnstake() external nonReentrant {
        StakingInfo storage info = _staked(msg.sender);
        require(info.status == StakingStatus.PendingUnstaked, "Node didn't tryUnstake first");
        require(info.unstakeTimestamp + _forceUnstakeDelay < block.timestamp, "Force unstake time not reached");
        _unstake(msg.sender);
    }

    function unstake(address nodeAddress) external nonReentrant onlyAdmin {
        StakingInfo storage info = _staked(nodeAddress);
        require(info.status != StakingStatus.Unstaked, "Wrong staking status");
        _unstake(nodeAddress);
    }

    function slashStaking(address nodeAddress) external nonReentrant onlyAdmin {
        uint256 coin = _forget(nodeAddress);
        emit NodeSlashed(nodeAddress, coin);
        _announce(nodeAddress);
        _pay(slashReceiver, coin);
    }

    /// Keeps the order of the checks: the base's come after this one.
    function _afterBenefit(address benefitAddressContract, address next) private pure returns (address) {
        require(benefitAddressContract != address(0), "benefit address is zero");
        return next;
    }

    function _unstake(address nodeAddress) private {
        uint256 coin = _forget(nodeAddress);
        emit NodeUnstaked(nodeAddress, coin);
        _announce(nodeAddress);
        _return(nodeAddress, coin);
    }

    function _staked(address nodeAddress) private view returns (StakingInfo storage info) {
        info = _infoOf[nodeAddress];
        require(info.nodeAddress != address(0), "Node not staked");
    }

    function _forget(address nodeAddress) private returns (uint256 coin) {
        coin = _staked(nodeAddress).stakedBalance;
        require(coin > 0, "Staking is zero");
        delete _infoOf[nodeAddress];
        _nodes.remove(nodeAddress);
    }

    /// To the benefit address, or to the node itself while it has none.
    function _return(address nodeAddress, uint256 coin) private {
        address benefit = ba.getBenefitAddress(nodeAddress);
        _pay(benefit == address(0) ? nodeAddress : benefit, coin);
    }

    function _pay(address to, uint256 coin) private {
        (bool sent, ) = to.call{value: coin}("");
        require(sent, "Token transfer failed");
    }
}
