// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AddressList} from "./AddressList.sol";

/// Stake that others delegate to a node for a share (in percent) of its earnings: the books, and how they are read.
/// Permissions and events differ between generations. Amounts in wei.
abstract contract Delegations {
    using AddressList for AddressList.List;

    event DelegatorStaked(address indexed delegatorAddress, address nodeAddress, uint256 amount);
    event DelegatorUnstaked(address indexed delegatorAddress, address nodeAddress, uint256 amount);
    event DelegatorSlashed(address indexed delegatorAddress, address nodeAddress, uint256 amount);
    event NodeDelegatorShareChanged(address indexed nodeAddress, uint8 share);

    mapping(address => uint8) private _shareOf;
    /// delegator → node → wei
    mapping(address => mapping(address => uint256)) private _amountOf;
    mapping(address => uint256) private _totalOfNode;
    mapping(address => uint256) private _totalOfDelegator;
    mapping(address => AddressList.List) private _delegatorsOf;
    mapping(address => AddressList.List) private _nodesOf;
    AddressList.List private _delegators;
    AddressList.List private _nodes;
    AddressList.List private _openNodes;

    /// Share 0 only closes the node: existing delegations stay, count, can be slashed, and earn nothing.
    function setDelegatorShare(uint8 share) external {
        // The network's message; 100 itself is also refused.
        require(share < 100, "share is larger than 100");
        _shareOf[msg.sender] = share;
        if (share == 0) _openNodes.remove(msg.sender);
        else _openNodes.add(msg.sender);
        emit NodeDelegatorShareChanged(msg.sender, share);
    }

    function getNodeDelegatorShare(address nodeAddress) external view returns (uint8) {
        return _shareOf[nodeAddress];
    }

    function getDelegatableNodeCount() external view returns (uint256) {
        return _openNodes.members.length;
    }

    function getDelegatableNodes(
        uint256 page,
        uint256 pageSize
    ) external view returns (address[] memory, uint8[] memory) {
        address[] memory nodes = _openNodes.page(page, pageSize);
        uint8[] memory shares = new uint8[](nodes.length);
        for (uint256 i = 0; i < nodes.length; i++) shares[i] = _shareOf[nodes[i]];
        return (nodes, shares);
    }

    function getDelegationStakingAmount(address delegatorAddress, address nodeAddress) external view returns (uint256) {
        return _amountOf[delegatorAddress][nodeAddress];
    }

    function getDelegatorStakingInfos(
        address delegatorAddress
    ) external view returns (address[] memory, uint256[] memory) {
        address[] memory nodes = _nodesOf[delegatorAddress].members;
        uint256[] memory amounts = new uint256[](nodes.length);
        for (uint256 i = 0; i < nodes.length; i++) amounts[i] = _amountOf[delegatorAddress][nodes[i]];
        return (nodes, amounts);
    }

    function getDelegatorTotalStakeAmount(address delegatorAddress) external view returns (uint256) {
        return _totalOfDelegator[delegatorAddress];
    }

    function getNodeStakingInfoCount(address nodeAddress) external view returns (uint256) {
        return _delegatorsOf[nodeAddress].members.length;
    }

    function getNodeStakingInfos(
        address nodeAddress,
        uint256 page,
        uint256 pageSize
    ) external view returns (address[] memory, uint256[] memory) {
        address[] memory delegators = _delegatorsOf[nodeAddress].page(page, pageSize);
        uint256[] memory amounts = new uint256[](delegators.length);
        for (uint256 i = 0; i < delegators.length; i++) amounts[i] = _amountOf[delegators[i]][nodeAddress];
        return (delegators, amounts);
    }

    function getNodeTotalStakeAmount(address nodeAddress) external view returns (uint256) {
        return _totalOfNode[nodeAddress];
    }

    function getAllDelegatorAddresses() external view returns (address[] memory) {
        return _delegators.members;
    }

    function getAllNodeAddresses() external view returns (address[] memory) {
        return _nodes.members;
    }

    /// Sets the sender's delegation to this node to `amount`; the value is the increase, or 0.
    function _stakeOn(address nodeAddress, uint256 amount, uint256 minimum) internal {
        require(_shareOf[nodeAddress] > 0, "node delegator share is 0");
        require(amount >= minimum, "stake amount is too low");
        uint256 current = _amountOf[msg.sender][nodeAddress];
        require(msg.value == (amount > current ? amount - current : 0), "Inconsistent staked amount");

        _set(msg.sender, nodeAddress, amount);
        emit DelegatorStaked(msg.sender, nodeAddress, amount);
        if (amount != current) _changed(msg.sender);
        if (amount < current) _pay(msg.sender, current - amount);
    }

    function _unstakeFrom(address nodeAddress) internal {
        uint256 amount = _take(msg.sender, nodeAddress);
        emit DelegatorUnstaked(msg.sender, nodeAddress, amount);
        _changed(msg.sender);
        _pay(msg.sender, amount);
    }

    /// All or nothing: a member who has left or is listed twice fails the whole batch. The share is unchanged.
    function _slash(address nodeAddress, address[] calldata delegators, address receiver) internal {
        require(delegators.length > 0, "delegators is empty");
        uint256 total = 0;
        for (uint256 i = 0; i < delegators.length; i++) {
            uint256 amount = _take(delegators[i], nodeAddress);
            total += amount;
            emit DelegatorSlashed(delegators[i], nodeAddress, amount);
            _changed(delegators[i]);
        }
        _pay(receiver, total);
    }

    /// A delegator's amounts have changed.
    function _changed(address delegator) internal virtual;

    function _take(address delegator, address node) private returns (uint256 amount) {
        amount = _amountOf[delegator][node];
        require(amount > 0, "no such staking info");
        _set(delegator, node, 0);
    }

    /// The only place where a delegation changes, so that amounts, totals and lists stay consistent.
    function _set(address delegator, address node, uint256 amount) private {
        uint256 current = _amountOf[delegator][node];
        _amountOf[delegator][node] = amount;
        _totalOfNode[node] = _totalOfNode[node] - current + amount;
        _totalOfDelegator[delegator] = _totalOfDelegator[delegator] - current + amount;
        if (amount > 0) {
            _delegatorsOf[node].add(delegator);
            _nodesOf[delegator].add(node);
            _delegators.add(delegator);
            _nodes.add(node);
        } else {
            _delegatorsOf[node].remove(delegator);
            _nodesOf[delegator].remove(node);
            if (_nodesOf[delegator].members.length == 0) _delegators.remove(delegator);
            if (_delegatorsOf[node].members.length == 0) _nodes.remove(node);
        }
    }

    function _pay(address to, uint256 amount) private {
        (bool sent, ) = to.call{value: amount}("");
        require(sent, "token transfer failed");
    }
}
