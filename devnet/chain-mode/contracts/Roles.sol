// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Ownable} from "../../chain/contracts/shared/Ownable.sol";

/// Callable by the task contract, which the owner sets.
abstract contract TaskRole is Ownable {
    address internal _taskContract;

    modifier onlyTask() {
        require(msg.sender == _taskContract, "Not called by the task contract");
        _;
    }

    function updateTaskContractAddress(address taskContract) external onlyOwner {
        _taskContract = taskContract;
    }
}

/// Also callable by the node contract.
abstract contract NodeRole is TaskRole {
    address internal _nodeContract;

    modifier onlyNode() {
        require(msg.sender == _nodeContract, "Not called by the node contract");
        _;
    }

    function updateNodeContractAddress(address nodeContract) external onlyOwner {
        _nodeContract = nodeContract;
    }
}
