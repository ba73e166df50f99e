// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

enum TaskType { SD, LLM, SD_FT }

enum TaskStatus {
    Queued,
    Started,
    ParametersUploaded,
    ErrorReported,
    ScoreReady,
    Validated,
    GroupValidated,
    EndInvalidated,
    EndSuccess,
    EndAborted,
    EndGroupRefund,
    EndGroupSuccess
}

enum TaskAbortReason { None, Timeout, ModelDownloadFailed, IncorrectResult, TaskFeeTooLow }

enum TaskError { None, ParametersValidationFailed }

enum NodeStatus { Quit, Available, Busy, PendingPause, PendingQuit, Paused }

/// Amounts in wei, times in seconds of block time, memory in GiB.
struct TaskInfo {
    TaskType taskType;
    address creator;
    bytes32 taskIDCommitment;
    bytes32 samplingSeed;
    bytes32 nonce;
    uint256 sequence;
    TaskStatus status;
    address selectedNode;
    uint256 timeout;
    bytes score;
    uint256 taskFee;
    uint256 taskSize;
    string[] modelIDs;
    uint256 minimumVRAM;
    string requiredGPU;
    uint256 requiredGPUVRAM;
    uint256[3] taskVersion;
    TaskAbortReason abortReason;
    /// The network calls it `error`; the name is not on the wire.
    TaskError taskError;
    address[] paymentAddresses;
    uint256[] payments;
    uint256 createTimestamp;
    uint256 startTimestamp;
    uint256 scoreReadyTimestamp;
}

struct GPUInfo {
    string name;
    uint256 vram;
}

struct NodeInfo {
    NodeStatus status;
    bytes32 gpuID;
    GPUInfo gpu;
    uint256 score;
    uint256[3] version;
    bytes publicKey;
    string[] lastModelIDs;
    string[] localModelIDs;
}

interface INode {
    function startTask(address nodeAddress) external;
    function finishTask(address nodeAddress) external;
    function slash(address nodeAddress) external;
    function getNodeInfo(address nodeAddress) external view returns (NodeInfo memory);
    function nodeContainsModelID(address nodeAddress, string calldata modelID) external view returns (bool);
    function modelAvailableNodesCount(string calldata modelID) external view returns (uint256);
    function randomSelectAvailableNode(
        bytes32 seed,
        uint256 minimumVRAM,
        string calldata requiredGPU,
        uint256 requiredGPUVRAM,
        uint256[3] calldata taskVersion,
        string[] calldata modelIDs
    ) external returns (address);
    function randomSelectNodesWithoutModelID(
        bytes32 seed,
        uint256 minimumVRAM,
        string calldata requiredGPU,
        uint256 requiredGPUVRAM,
        uint256[3] calldata taskVersion,
        string calldata modelID,
        uint256 count
    ) external returns (address[] memory);
}

interface ITasks {
    function nodeAvailableCallback(address root) external;
}

interface IQOS {
    function startTask(address nodeAddress) external;
    function finishTask(address nodeAddress) external;
    function kickout(address nodeAddress) external;
    function addTaskScore(address nodeAddress, uint256 i) external;
    function getTaskScore(address nodeAddress) external view returns (uint256);
    function getCurrentTaskScore(address nodeAddress) external view returns (uint256);
    function shouldKickOut(address nodeAddress) external view returns (bool);
}

interface ITaskQueue {
    function pushTask(
        bytes32 taskIDCommitment,
        uint256 taskFee,
        uint256 taskSize,
        string[] calldata modelIDs,
        uint256 minimumVRAM,
        string calldata requiredGPU,
        uint256 requiredGPUVRAM,
        uint256[3] calldata taskVersion
    ) external;
    function popTask(
        string calldata gpuName,
        uint256 gpuVRAM,
        uint256[3] calldata version,
        string[] calldata localModelIDs,
        string[] calldata lastModelIDs
    ) external returns (bytes32);
    function removeTask(bytes32 taskIDCommitment) external;
}

interface INetworkStats {
    function nodeJoined(address nodeAddress, string calldata gpuModel, uint256 vRAM) external;
    function nodeQuit() external;
    function nodeAvailable() external;
    function nodeUnavailable() external;
    function nodeTaskStarted() external;
    function nodeTaskFinished() external;
    function taskCreated() external;
    function taskEnqueue() external;
    function taskDequeue() external;
    function taskStarted() external;
    function taskFinished() external;
}

/// The criteria for matching nodes and tasks.
library Matching {
    function gpuID(string memory name, uint256 vram) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(name, vram));
    }

    /// Same major version; the node's minor and patch are not older.
    function versionFits(uint256[3] memory node, uint256[3] memory task) internal pure returns (bool) {
        if (node[0] != task[0]) return false;
        return node[1] > task[1] || (node[1] == task[1] && node[2] >= task[2]);
    }

    function sameText(string memory a, string memory b) internal pure returns (bool) {
        return keccak256(bytes(a)) == keccak256(bytes(b));
    }

    function contains(string[] memory list, string memory text) internal pure returns (bool) {
        for (uint256 i = 0; i < list.length; i++) if (sameText(list[i], text)) return true;
        return false;
    }

    function sameList(string[] memory a, string[] memory b) internal pure returns (bool) {
        if (a.length != b.length) return false;
        for (uint256 i = 0; i < a.length; i++) if (!sameText(a[i], b[i])) return false;
        return true;
    }

    /// How many of `wanted` are in `list`.
    function held(string[] memory list, string[] memory wanted) internal pure returns (uint256 count) {
        for (uint256 i = 0; i < wanted.length; i++) if (contains(list, wanted[i])) count++;
    }
}
