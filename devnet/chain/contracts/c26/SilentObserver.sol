// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IStakeObserver} from "./Observed.sol";

/// Is told of every change and stores none.
contract SilentObserver is IStakeObserver {
    function onStakeChanged(address account) external {}
}
