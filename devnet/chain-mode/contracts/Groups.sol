// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {TaskInfo, TaskStatus, TaskType} from "./Types.sol";

/// The outcome for the members of a validation group. Source: CHAIN_PROTOCOL 2.9, with the deviations of 2.10.
library Groups {
    uint256 private constant BLOCK = 8;

    /// @param members those that were not already aborted, in the order of the arguments
    /// @return next one status each; EndAborted by default
    function judge(TaskInfo[] memory members, uint256 threshold) internal pure returns (TaskStatus[] memory next) {
        next = new TaskStatus[](members.length);
        for (uint256 i = 0; i < next.length; i++) next[i] = TaskStatus.EndAborted;
        if (members.length == 2 && _same(members[0], members[1], threshold)) _pair(members, next, 0, 1);
        if (members.length != 3) return next;

        if (_same(members[0], members[1], threshold)) {
            bool all = _same(members[0], members[2], threshold);
            _pair(members, next, 0, 1);
            // Three errors too: the third member is refunded instead of aborted.
            next[2] = all ? TaskStatus.EndGroupRefund : TaskStatus.EndInvalidated;
        } else if (_same(members[0], members[2], threshold)) {
            _pair(members, next, 0, 2);
            next[1] = TaskStatus.EndInvalidated;
        } else if (_same(members[1], members[2], threshold)) {
            _pair(members, next, 1, 2);
            next[0] = TaskStatus.EndInvalidated;
        }
    }

    /// Two matching errors stay aborted.
    function _pair(TaskInfo[] memory members, TaskStatus[] memory next, uint256 winner, uint256 other) private pure {
        if (members[winner].status != TaskStatus.ScoreReady) return;
        next[winner] = TaskStatus.GroupValidated;
        next[other] = TaskStatus.EndGroupRefund;
    }

    function _same(TaskInfo memory a, TaskInfo memory b, uint256 threshold) private pure returns (bool) {
        require(a.taskType == b.taskType, "different task type");
        if (a.status != b.status) return false;
        if (a.status != TaskStatus.ScoreReady) return true;
        if (a.taskType == TaskType.LLM) return keccak256(a.score) == keccak256(b.score);
        return _near(a.score, b.score, threshold);
    }

    /// Hashes of eight bytes each; similar if none of them differs in `threshold` bits or more.
    function _near(bytes memory a, bytes memory b, uint256 threshold) private pure returns (bool) {
        if (a.length != b.length || a.length % BLOCK != 0) return false;
        uint256 differing = 0;
        for (uint256 i = 0; i < a.length; i++) {
            if (i % BLOCK == 0) differing = 0;
            for (uint8 bits = uint8(a[i] ^ b[i]); bits != 0; bits &= bits - 1) differing++;
            if (differing >= threshold) return false;
        }
        return true;
    }

    /// A share that would leave fewer than three wei takes the rest, even if the next ones then panic.
    function split(uint256 fee, uint256[] memory weights) internal pure returns (uint256[] memory shares) {
        uint256 total = 0;
        for (uint256 i = 0; i < weights.length; i++) total += weights[i];
        shares = new uint256[](weights.length);
        uint256 remaining = fee;
        for (uint256 i = 0; i < weights.length; i++) {
            uint256 share = (fee * weights[i]) / total;
            if (remaining - share < 3) share = remaining;
            remaining -= share;
            shares[i] = share;
        }
    }
}
