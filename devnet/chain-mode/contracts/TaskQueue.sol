// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {TaskRole} from "./Roles.sol";
import {Matching} from "./Types.sol";

/// Tasks waiting for a node, in order of arrival. A node takes the best-priced one that it can run.
contract TaskQueue is TaskRole {
    struct Entry {
        bytes32 commitment;
        /// Wei per unit of size.
        uint256 price;
        /// Zero = any card.
        bytes32 gpuID;
        uint256 minimumVRAM;
        uint256[3] version;
        string[] modelIDs;
    }

    Entry[] private _entries;
    uint256 private _sizeLimit = 50;

    function size() external view returns (uint256) {
        return _entries.length;
    }

    function getSizeLimit() external view returns (uint256) {
        return _sizeLimit;
    }

    function updateSizeLimit(uint256 limit) external onlyOwner {
        _sizeLimit = limit;
    }

    function include(bytes32 taskIDCommitment) external view returns (bool) {
        return _position(taskIDCommitment) > 0;
    }

    function getCheapestTask() external view onlyTask returns (bytes32) {
        require(_entries.length > 0, "No available task");
        uint256 cheapest = 0;
        for (uint256 i = 1; i < _entries.length; i++) if (_entries[i].price < _entries[cheapest].price) cheapest = i;
        return _entries[cheapest].commitment;
    }

    function pushTask(
        bytes32 taskIDCommitment,
        uint256 taskFee,
        uint256 taskSize,
        string[] calldata modelIDs,
        uint256 minimumVRAM,
        string calldata requiredGPU,
        uint256 requiredGPUVRAM,
        uint256[3] calldata taskVersion
    ) external onlyTask {
        require(_entries.length < _sizeLimit, "Task queue is full");
        Entry storage entry = _entries.push();
        entry.commitment = taskIDCommitment;
        entry.price = taskFee / taskSize;
        if (bytes(requiredGPU).length > 0) entry.gpuID = Matching.gpuID(requiredGPU, requiredGPUVRAM);
        entry.minimumVRAM = minimumVRAM;
        entry.version = taskVersion;
        entry.modelIDs = modelIDs;
    }

    /// Removes the returned task.
    function popTask(
        string calldata gpuName,
        uint256 gpuVRAM,
        uint256[3] calldata version,
        string[] calldata localModelIDs,
        string[] calldata lastModelIDs
    ) external onlyTask returns (bytes32 commitment) {
        // Tasks for exactly this card first; then, memory size by memory size, only those that pay strictly more.
        uint256 best = _bestOf(Matching.gpuID(gpuName, gpuVRAM), 0, version, localModelIDs, lastModelIDs);
        uint256 bestPrice = best == 0 ? 0 : _entries[best - 1].price;
        for (uint256 i = 0; i < _entries.length; i++) {
            Entry storage entry = _entries[i];
            if (entry.gpuID != 0 || entry.minimumVRAM > gpuVRAM || _topPrice(0, entry.minimumVRAM) <= bestPrice) continue;
            uint256 found = _bestOf(0, entry.minimumVRAM, version, localModelIDs, lastModelIDs);
            if (found == 0) continue;
            best = found;
            bestPrice = _entries[best - 1].price;
        }
        require(best > 0, "No available task");
        commitment = _entries[best - 1].commitment;
        _remove(best);
    }

    function removeTask(bytes32 taskIDCommitment) external onlyTask {
        uint256 position = _position(taskIDCommitment);
        require(position > 0, "Task not in queue");
        _remove(position);
    }

    /// The best-fitting task of one bucket (a card, or a memory size) among those at its top price.
    /// @return position index + 1; 0 = none fits, whatever is waiting at a lower price
    function _bestOf(
        bytes32 gpuID,
        uint256 minimumVRAM,
        uint256[3] memory version,
        string[] memory localModelIDs,
        string[] memory lastModelIDs
    ) private view returns (uint256 position) {
        uint256 top = _topPrice(gpuID, minimumVRAM);
        uint256 most = 0;
        for (uint256 i = 0; i < _entries.length; i++) {
            Entry storage entry = _entries[i];
            if (!_isIn(entry, gpuID, minimumVRAM) || entry.price != top) continue;
            if (!Matching.versionFits(version, entry.version)) continue;
            string[] memory models = entry.modelIDs;
            // A task without models is never taken from the queue by a node that has run no models.
            if (models.length == 0 && lastModelIDs.length == 0) continue;
            if (Matching.sameList(models, lastModelIDs)) return i + 1;
            uint256 held = Matching.held(localModelIDs, models);
            if (position > 0 && held <= most) continue;
            position = i + 1;
            most = held;
        }
    }

    function _topPrice(bytes32 gpuID, uint256 minimumVRAM) private view returns (uint256 top) {
        for (uint256 i = 0; i < _entries.length; i++) {
            Entry storage entry = _entries[i];
            if (_isIn(entry, gpuID, minimumVRAM) && entry.price > top) top = entry.price;
        }
    }

    function _isIn(Entry storage entry, bytes32 gpuID, uint256 minimumVRAM) private view returns (bool) {
        return entry.gpuID == gpuID && (gpuID != 0 || entry.minimumVRAM == minimumVRAM);
    }

    /// Index + 1; 0 = not here.
    function _position(bytes32 commitment) private view returns (uint256) {
        for (uint256 i = 0; i < _entries.length; i++) if (_entries[i].commitment == commitment) return i + 1;
        return 0;
    }

    /// Keeps the order of the others.
    function _remove(uint256 position) private {
        for (uint256 i = position; i < _entries.length; i++) _entries[i - 1] = _entries[i];
        _entries.pop();
    }
}
