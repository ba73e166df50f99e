// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Ownable} from "./Ownable.sol";

/// Where a node's money goes. Every account sets its own, once and permanently.
contract BenefitAddress is Ownable {
    event BenefitAddressSet(address indexed nodeAddress, address indexed benefitAddress);

    mapping(address => address) private _benefitOf;

    function setBenefitAddress(address benefitAddress) external {
        require(benefitAddress != address(0), "Benefit address cannot be zero");
        require(_benefitOf[msg.sender] == address(0), "Benefit address already set");
        _benefitOf[msg.sender] = benefitAddress;
        emit BenefitAddressSet(msg.sender, benefitAddress);
    }

    /// Zero = not set.
    function getBenefitAddress(address nodeAddress) external view returns (address) {
        return _benefitOf[nodeAddress];
    }
}
