// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Ownable} from "../shared/Ownable.sol";

/// A contract whose parameters are set by one controller (named once by the owner), and whose acts on others'
/// money are reserved to one admin (named by the controller): on a live network, the relay.
abstract contract Controlled is Ownable {
    event ParameterControllerUpdated(address indexed parameterControllerAddress);

    address private _controller;
    address private _admin;

    modifier onlyController() {
        require(msg.sender == _controller, "Not called by parameter controller");
        _;
    }

    modifier onlyAdmin() {
        require(msg.sender == _admin, "Not called by the admin");
        _;
    }

    function setParameterController(address addr) external onlyOwner {
        require(_controller == address(0), "Parameter controller already set");
        require(addr != address(0), "Parameter controller cannot be zero");
        _controller = addr;
        emit ParameterControllerUpdated(addr);
    }

    function setAdminAddress(address addr) external virtual onlyController {
        _setAdmin(addr);
    }

    function _setAdmin(address addr) internal {
        _admin = addr;
    }
}
