// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AddressList} from "../shared/AddressList.sol";
import {Controlled} from "./Controlled.sol";

/// Stake that cannot be cashed in: granted by the admin, usable as a node's stake, never transferable.
/// Staked credits are booked to the staking contract's own address.
contract Credits is Controlled {
    using AddressList for AddressList.List;

    event CreditsBought(address indexed fromAddr, address indexed toAddr, uint256 amount);
    event CreditsStaked(address indexed addr, uint256 amount);
    event CreditsUnstaked(address indexed addr, uint256 amount);

    mapping(address => uint256) private _creditsOf;
    AddressList.List private _holders;
    address private _staking;

    modifier onlyStaking() {
        require(msg.sender == _staking, "Not called by the staking contract");
        _;
    }

    function setStakingAddress(address addr) external onlyOwner {
        require(_staking == address(0), "Staking address already set");
        require(addr != address(0), "Staking address cannot be zero");
        _staking = addr;
    }

    /// Lists the account, whatever the amount. The staking contract is never listed.
    function createCredits(address addr, uint256 amount) external onlyAdmin {
        _creditsOf[addr] += amount;
        _holders.add(addr);
        emit CreditsBought(msg.sender, addr, amount);
    }

    function stakeCredits(address addr, uint256 amount) external onlyStaking {
        require(_creditsOf[addr] >= amount, "Insufficient credits");
        _creditsOf[addr] -= amount;
        _creditsOf[_staking] += amount;
        emit CreditsStaked(addr, amount);
    }

    function unstakeCredits(address addr, uint256 amount) external onlyStaking {
        require(_creditsOf[_staking] >= amount, "Staked credits is not enough");
        _creditsOf[_staking] -= amount;
        _creditsOf[addr] += amount;
        emit CreditsUnstaked(addr, amount);
    }

    function getCredits(address addr) external view returns (uint256) {
        return _creditsOf[addr];
    }

    function getAllCreditAddresses() external view returns (address[] memory) {
        return _holders.members;
    }

    function getAllCredits() external view returns (address[] memory, uint256[] memory) {
        address[] memory holders = _holders.members;
        uint256[] memory amounts = new uint256[](holders.length);
        for (uint256 i = 0; i < holders.length; i++) amounts[i] = _creditsOf[holders[i]];
        return (holders, amounts);
    }
}
