// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Delegations} from "../shared/Delegations.sol";
import {Observed} from "./Observed.sol";

/// Delegated stake as of August 2026.
contract DelegatedStaking is Observed, Delegations {
    constructor(address slashReceiverAddress, uint256 minStakeAmount_) Observed(slashReceiverAddress, minStakeAmount_) {}

    function stake(address nodeAddress, uint256 amount) external payable nonReentrant {
        _stakeOn(nodeAddress, amount, _minimum());
    }

    function unstake(address nodeAddress) external nonReentrant {
        _unstakeFrom(nodeAddress);
    }

    function slashNodeDelegations(address nodeAddress, address[] calldata delegators) external nonReentrant onlyAdmin {
        _slash(nodeAddress, delegators, slashReceiver);
    }

    function _changed(address delegator) internal override {
        _announce(delegator);
    }
}
