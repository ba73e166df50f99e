// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Ownable} from "../shared/Ownable.sol";

interface IStakeObserver {
    function onStakeChanged(address account) external;
}

/// What both staking contracts of August 2026 share: an owner who sets the parameters, an admin (on a live network, the
/// relay) who acts on others' money, and an observer who is told of every change. Without an observer nothing can change.
abstract contract Observed is Ownable {
    error OwnershipRenouncementDisabled();
    error ReentrancyGuardReentrantCall();

    event AdminAddressUpdated(address indexed oldAddress, address indexed newAddress);
    event MinStakeAmountUpdated(uint256 oldAmount, uint256 newAmount);
    event ObserverUpdated(address indexed oldObserver, address indexed newObserver);

    address public immutable slashReceiver;

    uint256 private _minStakeAmount;
    address private _admin;
    address private _observer;
    bool private _entered;

    modifier onlyAdmin() {
        require(msg.sender == _admin, "Not called by the admin");
        _;
    }

    modifier nonReentrant() {
        if (_entered) revert ReentrancyGuardReentrantCall();
        _entered = true;
        _;
        _entered = false;
    }

    constructor(address slashReceiverAddress, uint256 minStakeAmount_) {
        require(slashReceiverAddress != address(0), "slash receiver is zero");
        require(minStakeAmount_ > 0, "minimum stake amount is 0");
        slashReceiver = slashReceiverAddress;
        _minStakeAmount = minStakeAmount_;
    }

    function renounceOwnership() external view override onlyOwner {
        revert OwnershipRenouncementDisabled();
    }

    function setAdminAddress(address addr) external onlyOwner {
        require(addr != address(0), "admin address is zero");
        emit AdminAddressUpdated(_admin, addr);
        _admin = addr;
    }

    function setMinStakeAmount(uint256 stakeAmount) external onlyOwner {
        require(stakeAmount > 0, "minimum stake amount is 0");
        emit MinStakeAmountUpdated(_minStakeAmount, stakeAmount);
        _minStakeAmount = stakeAmount;
    }

    /// Zero pauses every change of an amount.
    function setObserver(address addr) external onlyOwner {
        require(addr == address(0) || addr.code.length > 0, "observer is not a contract");
        emit ObserverUpdated(_observer, addr);
        _observer = addr;
    }

    function getMinStakeAmount() external view returns (uint256) {
        return _minStakeAmount;
    }

    function _minimum() internal view returns (uint256) {
        return _minStakeAmount;
    }

    function _requireObserver() internal view {
        require(_observer != address(0), "observer not configured");
    }

    function _announce(address account) internal {
        _requireObserver();
        IStakeObserver(_observer).onStakeChanged(account);
    }
}
