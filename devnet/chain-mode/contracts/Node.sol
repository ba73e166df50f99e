// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AddressList} from "../../chain/contracts/shared/AddressList.sol";
import {TaskRole} from "./Roles.sol";
import {GPUInfo, INetworkStats, IQOS, ITasks, Matching, NodeInfo, NodeStatus} from "./Types.sol";

/// The nodes, their stakes, and how one is drawn for a task. Joining, pausing and leaving emit no events.
contract Node is TaskRole {
    using AddressList for AddressList.List;

    event NodeSlashed(address nodeAddress);
    event NodeKickedOut(address nodeAddress);

    uint256 private constant MIN_STAKE = 400 ether;
    uint256 private constant MAX_NODES = 100_000;

    IQOS private immutable _qos;
    INetworkStats private immutable _stats;

    mapping(address => NodeInfo) private _nodes;
    mapping(address => uint256) private _stakes;
    AddressList.List private _joined;
    AddressList.List private _available;
    /// Available nodes that had the model when they became available, by the hash of its id.
    mapping(bytes32 => AddressList.List) private _availableWith;
    uint256 private _draws;

    constructor(address qosInstance, address netStatsInstance) {
        _qos = IQOS(qosInstance);
        _stats = INetworkStats(netStatsInstance);
    }

    // Called by nodes.

    /// The whole value is the stake.
    function join(
        string calldata gpuName,
        uint256 gpuVram,
        uint256[3] calldata version,
        bytes calldata publicKey,
        string[] calldata modelIDs
    ) external payable {
        NodeInfo storage node = _nodes[msg.sender];
        require(_joined.members.length < MAX_NODES, "Network is full");
        require(node.status == NodeStatus.Quit, "Node already joined");
        require(publicKey.length == 64, "Invalid public key length");
        require(address(uint160(uint256(keccak256(publicKey)))) == msg.sender, "Public key mismatch");
        require(msg.value >= MIN_STAKE, "Staked amount is not enough");

        node.gpuID = Matching.gpuID(gpuName, gpuVram);
        node.gpu = GPUInfo(gpuName, gpuVram);
        node.version = version;
        node.publicKey = publicKey;
        for (uint256 i = 0; i < modelIDs.length; i++) _learn(node, modelIDs[i]);
        _rate(msg.sender);
        _stakes[msg.sender] = msg.value;
        _joined.add(msg.sender);
        _stats.nodeJoined(msg.sender, gpuName, gpuVram);
        _open(msg.sender);
    }

    function quit() external {
        NodeStatus status = _nodes[msg.sender].status;
        if (status == NodeStatus.Busy) {
            _nodes[msg.sender].status = NodeStatus.PendingQuit;
            return;
        }
        require(status == NodeStatus.Available || status == NodeStatus.Paused, "Illegal node status");
        if (status == NodeStatus.Available) _close(msg.sender);
        _remove(msg.sender, msg.sender);
    }

    function pause() external {
        NodeInfo storage node = _nodes[msg.sender];
        require(node.status == NodeStatus.Available || node.status == NodeStatus.Busy, "Illegal node status");
        if (node.status == NodeStatus.Available) {
            _close(msg.sender);
            node.status = NodeStatus.Paused;
        } else {
            node.status = NodeStatus.PendingPause;
        }
    }

    function resume() external {
        require(_nodes[msg.sender].status == NodeStatus.Paused, "Illegal node status");
        _open(msg.sender);
    }

    function updateVersion(uint256[3] calldata version) external {
        require(_nodes[msg.sender].status != NodeStatus.Quit, "Node has quitted");
        _nodes[msg.sender].version = version;
    }

    function reportModelDownloaded(string calldata modelID) external {
        require(_nodes[msg.sender].status != NodeStatus.Quit, "Node has quitted");
        _learn(_nodes[msg.sender], modelID);
    }

    // Called by the task contract.

    function startTask(address nodeAddress) external onlyTask {
        require(_nodes[nodeAddress].status == NodeStatus.Available, "Node is not available");
        _close(nodeAddress);
        _nodes[nodeAddress].status = NodeStatus.Busy;
        _qos.startTask(nodeAddress);
        _stats.nodeTaskStarted();
    }

    function finishTask(address nodeAddress) external onlyTask {
        NodeStatus status = _endTask(nodeAddress);
        if (_qos.shouldKickOut(nodeAddress)) {
            _qos.kickout(nodeAddress);
            _remove(nodeAddress, nodeAddress);
            emit NodeKickedOut(nodeAddress);
            return;
        }
        _rate(nodeAddress);
        if (status == NodeStatus.Busy) _open(nodeAddress);
        else if (status == NodeStatus.PendingQuit) _remove(nodeAddress, nodeAddress);
        else _nodes[nodeAddress].status = NodeStatus.Paused;
    }

    /// The stake goes to the owner of this contract.
    function slash(address nodeAddress) external onlyTask {
        _endTask(nodeAddress);
        _qos.kickout(nodeAddress);
        _remove(nodeAddress, this.owner());
        emit NodeSlashed(nodeAddress);
    }

    /// Nodes that have a model the task needs come first; then by points.
    function randomSelectAvailableNode(
        bytes32 seed,
        uint256 minimumVRAM,
        string calldata requiredGPU,
        uint256 requiredGPUVRAM,
        uint256[3] calldata taskVersion,
        string[] calldata modelIDs
    ) external returns (address) {
        address[] memory members = _available.members;
        uint256[] memory weights = new uint256[](members.length);
        uint256 sum = 0;
        bool anyHolds = false;
        for (uint256 i = 0; i < members.length; i++) {
            NodeInfo storage node = _nodes[members[i]];
            if (!_fits(node, minimumVRAM, requiredGPU, requiredGPUVRAM, taskVersion)) continue;
            uint256 held = Matching.held(node.localModelIDs, modelIDs);
            if (held > 0 && !anyHolds) {
                anyHolds = true;
                sum = 0;
                for (uint256 j = 0; j < i; j++) weights[j] = 0;
            }
            if (anyHolds && held == 0) continue;
            weights[i] = node.score * (anyHolds ? held : 1);
            if (Matching.sameList(node.lastModelIDs, modelIDs)) weights[i] *= 2;
            sum += weights[i];
        }
        require(sum > 0, "No available node");
        uint256 ticket = _draw(seed, sum);
        uint256 index = 0;
        while (ticket >= weights[index]) ticket -= weights[index++];
        return members[index];
    }

    /// Among all that have joined, including busy and paused ones; fewer than `count` if there are no more.
    function randomSelectNodesWithoutModelID(
        bytes32 seed,
        uint256 minimumVRAM,
        string calldata requiredGPU,
        uint256 requiredGPUVRAM,
        uint256[3] calldata taskVersion,
        string calldata modelID,
        uint256 count
    ) external returns (address[] memory chosen) {
        address[] memory members = _joined.members;
        uint256 lacking = 0;
        for (uint256 i = 0; i < members.length; i++) {
            NodeInfo storage node = _nodes[members[i]];
            if (!_fits(node, minimumVRAM, requiredGPU, requiredGPUVRAM, taskVersion)) continue;
            if (Matching.contains(node.localModelIDs, modelID)) continue;
            members[lacking++] = members[i];
        }
        chosen = new address[](lacking < count ? lacking : count);
        for (uint256 i = 0; i < chosen.length; i++) {
            uint256 drawn = i + _draw(seed, lacking - i);
            chosen[i] = members[drawn];
            members[drawn] = members[i];
        }
    }

    // Readable by anybody.

    function getNodeStatus(address nodeAddress) external view returns (NodeStatus) {
        return _nodes[nodeAddress].status;
    }

    function getNodeInfo(address nodeAddress) external view returns (NodeInfo memory) {
        return _nodes[nodeAddress];
    }

    function getStakedAmount(address nodeAddress) external view returns (uint256) {
        return _stakes[nodeAddress];
    }

    function getAvailableNodes() external view returns (address[] memory) {
        return _available.members;
    }

    /// Each card model once.
    function getAvailableGPUs() external view returns (GPUInfo[] memory gpus) {
        address[] memory members = _available.members;
        bytes32[] memory seen = new bytes32[](members.length);
        GPUInfo[] memory found = new GPUInfo[](members.length);
        uint256 count = 0;
        for (uint256 i = 0; i < members.length; i++) {
            NodeInfo storage node = _nodes[members[i]];
            uint256 j = 0;
            while (j < count && seen[j] != node.gpuID) j++;
            if (j < count) continue;
            seen[count] = node.gpuID;
            found[count++] = node.gpu;
        }
        gpus = new GPUInfo[](count);
        for (uint256 i = 0; i < count; i++) gpus[i] = found[i];
    }

    function nodeContainsModelID(address nodeAddress, string calldata modelID) external view returns (bool) {
        require(_nodes[nodeAddress].status != NodeStatus.Quit, "Node has quitted");
        return Matching.contains(_nodes[nodeAddress].localModelIDs, modelID);
    }

    function modelAvailableNodesCount(string calldata modelID) external view returns (uint256) {
        return _availableWith[keccak256(bytes(modelID))].members.length;
    }

    // Internal.

    function _endTask(address nodeAddress) private returns (NodeStatus status) {
        status = _nodes[nodeAddress].status;
        bool isWorking = status == NodeStatus.Busy || status == NodeStatus.PendingPause || status == NodeStatus.PendingQuit;
        require(isWorking, "Illegal node status");
        _qos.finishTask(nodeAddress);
        _stats.nodeTaskFinished();
    }

    /// May start a queued task on the node at once.
    function _open(address nodeAddress) private {
        NodeInfo storage node = _nodes[nodeAddress];
        node.status = NodeStatus.Available;
        _available.add(nodeAddress);
        for (uint256 i = 0; i < node.localModelIDs.length; i++) {
            _availableWith[keccak256(bytes(node.localModelIDs[i]))].add(nodeAddress);
        }
        _stats.nodeAvailable();
        ITasks(_taskContract).nodeAvailableCallback(nodeAddress);
    }

    /// The caller sets the new status.
    function _close(address nodeAddress) private {
        NodeInfo storage node = _nodes[nodeAddress];
        _available.remove(nodeAddress);
        for (uint256 i = 0; i < node.localModelIDs.length; i++) {
            _availableWith[keccak256(bytes(node.localModelIDs[i]))].remove(nodeAddress);
        }
        _stats.nodeUnavailable();
    }

    function _remove(address nodeAddress, address payee) private {
        uint256 stake = _stakes[nodeAddress];
        delete _nodes[nodeAddress];
        delete _stakes[nodeAddress];
        _joined.remove(nodeAddress);
        _stats.nodeQuit();
        (bool sent, ) = payee.call{value: stake}("");
        require(sent, "Token transfer failed");
    }

    function _learn(NodeInfo storage node, string calldata modelID) private {
        if (!Matching.contains(node.localModelIDs, modelID)) node.localModelIDs.push(modelID);
    }

    function _rate(address nodeAddress) private {
        uint256 score = _qos.getTaskScore(nodeAddress);
        _nodes[nodeAddress].score = score == 0 ? 1 : score;
    }

    /// If a card is required by name, the task's memory is irrelevant.
    function _fits(
        NodeInfo storage node,
        uint256 minimumVRAM,
        string memory requiredGPU,
        uint256 requiredGPUVRAM,
        uint256[3] memory taskVersion
    ) private view returns (bool) {
        bool cardFits = bytes(requiredGPU).length > 0
            ? node.gpuID == Matching.gpuID(requiredGPU, requiredGPUVRAM)
            : node.gpu.vram >= minimumVRAM;
        return cardFits && Matching.versionFits(node.version, taskVersion);
    }

    /// At least 0 and less than `bound`.
    function _draw(bytes32 seed, uint256 bound) private returns (uint256) {
        return uint256(keccak256(abi.encodePacked(seed, _draws++))) % bound;
    }
}
