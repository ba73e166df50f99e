// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IStakeObserver} from "./Observed.sol";

/// Hears of every change and keeps none.
contract SilentObserver is IStakeObserver {
    function onStakeChanged(address account) external {}
}
