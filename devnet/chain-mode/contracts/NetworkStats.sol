// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {NodeRole} from "./Roles.sol";

/// Counters for displaying the network.
contract NetworkStats is NodeRole {
    struct Member {
        address nodeAddress;
        string GPUModel;
        uint256 VRAM;
    }

    /// Every node that has ever joined, once.
    Member[] private _members;
    /// Index + 1; 0 = never joined.
    mapping(address => uint256) private _position;

    uint256 public activeNodes;
    uint256 public availableNodes;
    uint256 public busyNodes;
    uint256 public totalTasks;
    uint256 public queuedTasks;
    uint256 public runningTasks;

    function totalNodes() external view returns (uint256) {
        return _members.length;
    }

    /// A range beyond the end panics.
    function getAllNodeInfo(uint256 offset, uint256 length) external view returns (Member[] memory page) {
        page = new Member[](length);
        for (uint256 i = 0; i < length; i++) page[i] = _members[offset + i];
    }

    function nodeJoined(address nodeAddress, string calldata gpuModel, uint256 vRAM) external onlyNode {
        uint256 position = _position[nodeAddress];
        if (position == 0) {
            _members.push(Member(nodeAddress, gpuModel, vRAM));
            _position[nodeAddress] = _members.length;
        } else {
            _members[position - 1] = Member(nodeAddress, gpuModel, vRAM);
        }
        activeNodes++;
    }

    function nodeQuit() external onlyNode {
        activeNodes--;
    }

    function nodeAvailable() external onlyNode {
        availableNodes++;
    }

    function nodeUnavailable() external onlyNode {
        availableNodes--;
    }

    function nodeTaskStarted() external onlyNode {
        busyNodes++;
    }

    function nodeTaskFinished() external onlyNode {
        busyNodes--;
    }

    function taskCreated() external onlyTask {
        totalTasks++;
    }

    function taskEnqueue() external onlyTask {
        queuedTasks++;
    }

    function taskDequeue() external onlyTask {
        queuedTasks--;
    }

    function taskStarted() external onlyTask {
        runningTasks++;
    }

    function taskFinished() external onlyTask {
        runningTasks--;
    }
}
