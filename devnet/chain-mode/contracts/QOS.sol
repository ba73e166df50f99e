// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {NodeRole} from "./Roles.sol";

/// Points of the nodes' tasks. A node whose last three tasks earned too few points is kicked out.
contract QOS is NodeRole {
    uint256 private constant POOL = 3;
    uint256 private constant FULL = 10;
    uint256 private constant NEWCOMER = 20;
    uint256 private constant LIMIT = 25;

    struct Book {
        uint256 total;
        uint256 count;
        /// Since it was last kicked out.
        uint256 recent;
        /// Newest first; entry 0 belongs to the current task.
        uint256[POOL] pool;
    }

    mapping(address => Book) private _books;
    uint256 private _threshold = 10;

    function startTask(address nodeAddress) external onlyNode {
        Book storage book = _books[nodeAddress];
        book.pool[2] = book.pool[1];
        book.pool[1] = book.pool[0];
        book.pool[0] = 0;
        book.count++;
        book.recent++;
    }

    function finishTask(address nodeAddress) external onlyNode {
        _books[nodeAddress].total += _books[nodeAddress].pool[0];
    }

    function kickout(address nodeAddress) external onlyNode {
        _books[nodeAddress].recent = 0;
    }

    /// By rank, best first.
    function addTaskScore(address nodeAddress, uint256 i) external onlyTask {
        require(i < POOL, "Invalid index");
        _books[nodeAddress].pool[0] += i == 0 ? FULL : i == 1 ? 9 : 6;
    }

    function punish(address nodeAddress) external onlyTask {
        _books[nodeAddress].pool[0] = 0;
    }

    function updateKickoutThreshold(uint256 threshold) external onlyOwner {
        _threshold = threshold;
    }

    function getTaskScore(address nodeAddress) external view returns (uint256) {
        Book storage book = _books[nodeAddress];
        return book.count == 0 ? NEWCOMER : book.total / book.count;
    }

    function getTaskCount(address nodeAddress) external view returns (uint256) {
        return _books[nodeAddress].count;
    }

    function getCurrentTaskScore(address nodeAddress) external view returns (uint256) {
        return _books[nodeAddress].pool[0];
    }

    function getRecentTaskScore(address nodeAddress) external view returns (uint256) {
        return _recentScore(_books[nodeAddress]);
    }

    function getRecentTaskCount(address nodeAddress) external view returns (uint256) {
        return _books[nodeAddress].recent;
    }

    function getTaskScoreLimit() external pure returns (uint256) {
        return LIMIT;
    }

    /// A task that does not exist yet counts in full.
    function shouldKickOut(address nodeAddress) external view returns (bool) {
        Book storage book = _books[nodeAddress];
        uint256 missing = book.recent < POOL ? POOL - book.recent : 0;
        return _recentScore(book) + missing * FULL <= _threshold;
    }

    function _recentScore(Book storage book) private view returns (uint256 sum) {
        for (uint256 i = 0; i < POOL && i < book.recent; i++) sum += book.pool[i];
    }
}
