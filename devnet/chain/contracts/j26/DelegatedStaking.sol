// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Delegations} from "../shared/Delegations.sol";
import {Controlled} from "./Controlled.sol";

/// Delegated stake as of June 2026.
contract DelegatedStaking is Controlled, Delegations {
    address private immutable _slashReceiver;

    uint256 private _minStakeAmount = 400 ether;

    constructor(address slashReceiverAddress) {
        require(slashReceiverAddress != address(0), "slash receiver is zero");
        _slashReceiver = slashReceiverAddress;
    }

    function setAdminAddress(address addr) external override onlyController {
        require(addr != address(0), "admin address is zero");
        _setAdmin(addr);
    }

    function setMinStakeAmount(uint256 stakeAmount) external onlyController {
        require(stakeAmount > 0, "minimum stake amount is 0");
        _minStakeAmount = stakeAmount;
    }

    function getMinStakeAmount() external view returns (uint256) {
        return _minStakeAmount;
    }

    function stake(address nodeAddress, uint256 amount) external payable {
        _stakeOn(nodeAddress, amount, _minStakeAmount);
    }

    function unstake(address nodeAddress) external {
        _unstakeFrom(nodeAddress);
    }

    function slashNodeDelegations(address nodeAddress, address[] calldata delegators) external onlyAdmin {
        _slash(nodeAddress, delegators, _slashReceiver);
    }

    function _changed(address) internal override {}
}
