// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Ownable} from "../../chain/contracts/shared/Ownable.sol";
import {Groups} from "./Groups.sol";
import {
    INetworkStats,
    INode,
    IQOS,
    ITaskQueue,
    NodeInfo,
    TaskAbortReason,
    TaskError,
    TaskInfo,
    TaskStatus,
    TaskType
} from "./Types.sol";
import {Vrf} from "./Vrf.sol";

/// The tasks: their states, their fees, who validates them and who is paid. Source: CHAIN_PROTOCOL 2.
contract VSSTask is Ownable {
    event TaskQueued(bytes32 taskIDCommitment);
    event TaskStarted(bytes32 taskIDCommitment, address selectedNode);
    event DownloadModel(address nodeAddress, string modelID, TaskType taskType);
    event TaskParametersUploaded(bytes32 taskIDCommitment, address selectedNode);
    event TaskErrorReported(bytes32 taskIDCommitment, address selectedNode, TaskError taskError);
    event TaskScoreReady(bytes32 taskIDCommitment, address selectedNode, bytes taskScore);
    event TaskValidated(bytes32 taskIDCommitment);
    event TaskEndSuccess(bytes32 taskIDCommitment);
    event TaskEndInvalidated(bytes32 taskIDCommitment);
    event TaskEndGroupSuccess(bytes32 taskIDCommitment);
    event TaskEndGroupRefund(bytes32 taskIDCommitment);
    event TaskEndAborted(
        bytes32 taskIDCommitment,
        address abortIssuer,
        TaskStatus lastStatus,
        TaskAbortReason abortReason
    );

    /// One task in this many is validated as a group.
    uint256 private constant SAMPLING = 10;
    uint256 private constant NONCE_BLOCKS = 100_000;
    /// If fewer free nodes than this have a model, others are asked to download it …
    uint256 private constant FEW_HOLDERS = 3;
    /// … so that this many have it.
    uint256 private constant ENOUGH_HOLDERS = 10;

    INode private immutable _node;
    IQOS private immutable _qos;
    ITaskQueue private immutable _queue;
    INetworkStats private immutable _stats;
    Vrf private immutable _vrf;

    mapping(bytes32 => TaskInfo) private _tasks;
    mapping(address => bytes32) private _nodeTasks;
    /// Block of its last use.
    mapping(bytes32 => uint256) private _nonces;
    uint256 private _sequence;
    address private _relay;
    uint256 private _timeout = 180;
    uint256 private _distanceThreshold = 24;

    constructor(address nodeInstance, address qosInstance, address taskQueueInstance, address networkStatsInstance) {
        _node = INode(nodeInstance);
        _qos = IQOS(qosInstance);
        _queue = ITaskQueue(taskQueueInstance);
        _stats = INetworkStats(networkStatsInstance);
        _vrf = new Vrf();
    }

    function setRelayAddress(address addr) external onlyOwner {
        _relay = addr;
    }

    function updateDistanceThreshold(uint256 threshold) external onlyOwner {
        _distanceThreshold = threshold;
    }

    /// Seconds; for tasks created from now on.
    function updateTimeout(uint256 t) external onlyOwner {
        _timeout = t;
    }

    function getTask(bytes32 taskIDCommitment) external view returns (TaskInfo memory) {
        return _tasks[taskIDCommitment];
    }

    function getNodeTask(address nodeAddress) external view returns (bytes32) {
        return _nodeTasks[nodeAddress];
    }

    /// The value is the fee. A free node gets the task at once, even if older ones are waiting.
    function createTask(
        TaskType taskType,
        bytes32 taskIDCommitment,
        bytes32 nonce,
        string[] calldata modelIDs,
        uint256 minimumVRAM,
        string calldata requiredGPU,
        uint256 requiredGPUVRAM,
        uint256[3] calldata taskVersion,
        uint256 taskSize
    ) external payable {
        require(taskType == TaskType.SD || bytes(requiredGPU).length > 0, "GPU name is empty");
        require(msg.value > 0, "Task fee cannot be 0");
        uint256 used = _nonces[nonce];
        // Panics on a chain with fewer blocks.
        require(used == 0 || used <= block.number - NONCE_BLOCKS, "Nonce is used");
        _nonces[nonce] = block.number;

        // The same commitment again overwrites the first.
        delete _tasks[taskIDCommitment];
        TaskInfo storage task = _tasks[taskIDCommitment];
        task.taskType = taskType;
        task.creator = msg.sender;
        task.taskIDCommitment = taskIDCommitment;
        task.samplingSeed = keccak256(abi.encodePacked(blockhash(block.number - 1), taskIDCommitment));
        task.nonce = nonce;
        task.sequence = ++_sequence;
        task.timeout = _timeout;
        task.taskFee = msg.value;
        task.taskSize = taskSize;
        task.modelIDs = modelIDs;
        task.minimumVRAM = minimumVRAM;
        task.requiredGPU = requiredGPU;
        task.requiredGPUVRAM = requiredGPUVRAM;
        task.taskVersion = taskVersion;
        task.createTimestamp = block.timestamp;
        _stats.taskCreated();

        bytes32 seed = keccak256(abi.encode(block.number - 1, taskIDCommitment, modelIDs));
        try
            _node.randomSelectAvailableNode(seed, minimumVRAM, requiredGPU, requiredGPUVRAM, taskVersion, modelIDs)
        returns (address selected) {
            _start(task, selected);
        } catch Error(string memory reason) {
            require(keccak256(bytes(reason)) == keccak256("No available node"), reason);
            emit TaskQueued(taskIDCommitment);
            _queue.pushTask(
                taskIDCommitment, msg.value, taskSize, modelIDs, minimumVRAM, requiredGPU, requiredGPUVRAM, taskVersion
            );
            _stats.taskEnqueue();
        }
    }

    /// Anybody may ask whether a task is waiting for a node.
    function nodeAvailableCallback(address root) external {
        NodeInfo memory info = _node.getNodeInfo(root);
        try _queue.popTask(info.gpu.name, info.gpu.vram, info.version, info.localModelIDs, info.lastModelIDs) returns (
            bytes32 taskIDCommitment
        ) {
            _stats.taskDequeue();
            _start(_tasks[taskIDCommitment], root);
        } catch Error(string memory reason) {
            require(keccak256(bytes(reason)) == keccak256("No available task"), reason);
        }
    }

    function reportTaskParametersUploaded(bytes32 taskIDCommitment) external {
        TaskInfo storage task = _checked(taskIDCommitment, _relay);
        require(task.status == TaskStatus.Started, "Illegal previous task state");
        task.status = TaskStatus.ParametersUploaded;
        emit TaskParametersUploaded(taskIDCommitment, task.selectedNode);
    }

    function submitTaskScore(bytes32 taskIDCommitment, bytes calldata taskScore) external {
        TaskInfo storage task = _checked(taskIDCommitment, _tasks[taskIDCommitment].selectedNode);
        require(task.status == TaskStatus.ParametersUploaded, "Illegal previous task state");
        require(taskScore.length > 0, "Invalid task score");
        task.score = taskScore;
        task.status = TaskStatus.ScoreReady;
        task.scoreReadyTimestamp = block.timestamp;
        emit TaskScoreReady(taskIDCommitment, task.selectedNode, taskScore);
    }

    function reportTaskError(bytes32 taskIDCommitment, TaskError taskError) external {
        TaskInfo storage task = _checked(taskIDCommitment, _tasks[taskIDCommitment].selectedNode);
        require(task.status == TaskStatus.ParametersUploaded, "Illegal previous task state");
        task.taskError = taskError;
        task.status = TaskStatus.ErrorReported;
        task.scoreReadyTimestamp = block.timestamp;
        emit TaskErrorReported(taskIDCommitment, task.selectedNode, taskError);
    }

    function validateSingleTask(bytes32 taskIDCommitment, bytes calldata vrfProof, bytes calldata publicKey) external {
        TaskInfo storage task = _checked(taskIDCommitment, _tasks[taskIDCommitment].creator);
        bool hasScore = task.status == TaskStatus.ScoreReady;
        require(hasScore || task.status == TaskStatus.ErrorReported, "Illegal previous task state");
        require(!_isSampled(task, vrfProof, publicKey), "Task is selected for validation");
        _qos.addTaskScore(task.selectedNode, 0);
        if (hasScore) _enter(task, TaskStatus.Validated);
        else _abort(task, TaskAbortReason.IncorrectResult);
    }

    /// The order of the arguments determines the points, and so the shares.
    function validateTaskGroup(
        bytes32 taskIDCommitment1,
        bytes32 taskIDCommitment2,
        bytes32 taskIDCommitment3,
        bytes32 taskGUID,
        bytes calldata vrfProof,
        bytes calldata publicKey
    ) external {
        bytes32[3] memory ids = [taskIDCommitment1, taskIDCommitment2, taskIDCommitment3];
        for (uint256 i = 0; i < 3; i++) {
            TaskStatus status = _checked(ids[i], _tasks[ids[i]].creator).status;
            require(
                status == TaskStatus.ScoreReady || status == TaskStatus.ErrorReported || status == TaskStatus.EndAborted,
                "Illegal previous task state"
            );
        }
        TaskInfo storage first = _tasks[ids[0]];
        require(
            first.sequence < _tasks[ids[1]].sequence && first.sequence < _tasks[ids[2]].sequence, "Invalid task sequence"
        );
        require(_isSampled(first, vrfProof, publicKey), "Task is not selected for validation");
        for (uint256 i = 0; i < 3; i++) {
            require(keccak256(abi.encodePacked(taskGUID, _tasks[ids[i]].nonce)) == ids[i], "Incorrect Task GUID");
        }
        for (uint256 i = 0; i < 3; i++) _qos.addTaskScore(_tasks[ids[i]].selectedNode, i);
        _settleGroup(ids);
    }

    function reportTaskResultUploaded(bytes32 taskIDCommitment) external {
        TaskInfo storage task = _checked(taskIDCommitment, _relay);
        bool isSingle = task.status == TaskStatus.Validated;
        require(isSingle || task.status == TaskStatus.GroupValidated, "Illegal previous task state");
        _enter(task, isSingle ? TaskStatus.EndSuccess : TaskStatus.EndGroupSuccess);
    }

    /// Possible at once while a task is queued; later only after its time has passed, in every state.
    function abortTask(bytes32 taskIDCommitment, TaskAbortReason abortReason) external {
        TaskInfo storage task = _found(taskIDCommitment);
        require(msg.sender == task.creator || msg.sender == task.selectedNode, "Invalid caller");
        bool isInTime = task.startTimestamp > 0 && block.timestamp <= task.startTimestamp + task.timeout;
        require(!isInTime, "Timeout not reached");
        _abort(task, abortReason);
    }

    // Internal.

    /// Checks common to all calls about a task.
    function _found(bytes32 taskIDCommitment) private view returns (TaskInfo storage task) {
        task = _tasks[taskIDCommitment];
        require(task.taskIDCommitment != 0, "Task not found");
        bool isCurrent = task.selectedNode == address(0) || _nodeTasks[task.selectedNode] == taskIDCommitment;
        require(isCurrent, "Wrong task");
    }

    function _checked(bytes32 taskIDCommitment, address caller) private view returns (TaskInfo storage task) {
        task = _found(taskIDCommitment);
        require(msg.sender == caller, "Invalid caller");
    }

    function _isSampled(TaskInfo storage task, bytes calldata proof, bytes calldata publicKey) private view returns (bool) {
        require(publicKey.length == 64, "Invalid public key length");
        require(address(uint160(uint256(keccak256(publicKey)))) == task.creator, "Not task creator");
        return uint256(_vrf.verify(publicKey, task.samplingSeed, proof)) % SAMPLING == 0;
    }

    function _start(TaskInfo storage task, address selected) private {
        emit TaskStarted(task.taskIDCommitment, selected);
        task.selectedNode = selected;
        task.status = TaskStatus.Started;
        task.startTimestamp = block.timestamp;
        _nodeTasks[selected] = task.taskIDCommitment;
        _node.startTask(selected);
        _stats.taskStarted();
        string[] memory models = task.modelIDs;
        for (uint256 i = 0; i < models.length; i++) _spread(task, models[i]);
    }

    /// Asks nodes to download a model that few free nodes have.
    function _spread(TaskInfo storage task, string memory model) private {
        address selected = task.selectedNode;
        if (!_node.nodeContainsModelID(selected, model)) emit DownloadModel(selected, model, task.taskType);
        uint256 holders = _node.modelAvailableNodesCount(model);
        if (holders >= FEW_HOLDERS) return;
        address[] memory others = _node.randomSelectNodesWithoutModelID(
            keccak256(abi.encode(block.number - 1, task.taskIDCommitment, model)),
            task.minimumVRAM,
            task.requiredGPU,
            task.requiredGPUVRAM,
            task.taskVersion,
            model,
            ENOUGH_HOLDERS - holders
        );
        for (uint256 i = 0; i < others.length; i++) {
            if (others[i] != selected) emit DownloadModel(others[i], model, task.taskType);
        }
    }

    function _settleGroup(bytes32[3] memory ids) private {
        uint256 count = 0;
        for (uint256 i = 0; i < 3; i++) if (_tasks[ids[i]].status != TaskStatus.EndAborted) ids[count++] = ids[i];
        TaskInfo[] memory members = new TaskInfo[](count);
        for (uint256 i = 0; i < count; i++) members[i] = _tasks[ids[i]];
        TaskStatus[] memory next = Groups.judge(members, _distanceThreshold);
        // Read the points before freeing any node, because a queued task may start at that moment.
        for (uint256 i = 0; i < count; i++) {
            if (next[i] == TaskStatus.GroupValidated) _recordPayments(_tasks[ids[i]], members, next);
        }
        for (uint256 i = 0; i < count; i++) {
            if (next[i] == TaskStatus.EndAborted) _abort(_tasks[ids[i]], TaskAbortReason.IncorrectResult);
            else _enter(_tasks[ids[i]], next[i]);
        }
    }

    function _recordPayments(TaskInfo storage winner, TaskInfo[] memory members, TaskStatus[] memory next) private {
        for (uint256 i = 0; i < members.length; i++) {
            if (next[i] != TaskStatus.GroupValidated && next[i] != TaskStatus.EndGroupRefund) continue;
            winner.paymentAddresses.push(members[i].selectedNode);
        }
        uint256[] memory weights = new uint256[](winner.paymentAddresses.length);
        for (uint256 i = 0; i < weights.length; i++) weights[i] = _qos.getCurrentTaskScore(winner.paymentAddresses[i]);
        winner.payments = Groups.split(winner.taskFee, weights);
    }

    /// First the event, then the money, and last the node, which may take a queued task in the same transaction.
    function _enter(TaskInfo storage task, TaskStatus next) private {
        bytes32 id = task.taskIDCommitment;
        task.status = next;
        if (next == TaskStatus.Validated || next == TaskStatus.GroupValidated) {
            emit TaskValidated(id);
            return;
        }
        if (next == TaskStatus.EndSuccess) {
            emit TaskEndSuccess(id);
            _pay(task.selectedNode, task.taskFee);
        } else if (next == TaskStatus.EndGroupSuccess) {
            emit TaskEndGroupSuccess(id);
            for (uint256 i = 0; i < task.payments.length; i++) _pay(task.paymentAddresses[i], task.payments[i]);
        } else if (next == TaskStatus.EndGroupRefund) {
            emit TaskEndGroupRefund(id);
            _pay(task.creator, task.taskFee);
        } else {
            emit TaskEndInvalidated(id);
            _pay(task.creator, task.taskFee);
        }
        _release(task, next == TaskStatus.EndInvalidated);
    }

    function _abort(TaskInfo storage task, TaskAbortReason reason) private {
        TaskStatus last = task.status;
        task.abortReason = reason;
        if (last == TaskStatus.EndAborted) return;
        task.status = TaskStatus.EndAborted;
        if (task.scoreReadyTimestamp == 0) task.scoreReadyTimestamp = block.timestamp;
        emit TaskEndAborted(task.taskIDCommitment, msg.sender, last, reason);
        if (task.selectedNode == address(0)) {
            // The 2025 contracts keep the fee.
            _queue.removeTask(task.taskIDCommitment);
            _stats.taskDequeue();
            return;
        }
        _pay(task.creator, task.taskFee);
        if (last != TaskStatus.ParametersUploaded) _qos.addTaskScore(task.selectedNode, 0);
        _release(task, false);
    }

    function _release(TaskInfo storage task, bool isSlashed) private {
        address selected = task.selectedNode;
        delete _nodeTasks[selected];
        if (isSlashed) _node.slash(selected);
        else _node.finishTask(selected);
        _stats.taskFinished();
    }

    function _pay(address payee, uint256 wei_) private {
        (bool sent, ) = payee.call{value: wei_}("");
        require(sent, "Token transfer failed");
    }
}
