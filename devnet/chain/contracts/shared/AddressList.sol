// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// An enumerable set of addresses. Removal moves the last member into the gap, so the order is not stable.
library AddressList {
    struct List {
        address[] members;
        /// Index + 1; 0 = not a member.
        mapping(address => uint256) position;
    }

    function add(List storage list, address member) internal {
        if (list.position[member] != 0) return;
        list.members.push(member);
        list.position[member] = list.members.length;
    }

    function remove(List storage list, address member) internal {
        uint256 position = list.position[member];
        if (position == 0) return;
        address last = list.members[list.members.length - 1];
        list.members[position - 1] = last;
        list.position[last] = position;
        list.members.pop();
        delete list.position[member];
    }

    /// Page numbers start at 1; a page past the end is empty.
    function page(List storage list, uint256 number, uint256 size) internal view returns (address[] memory slice) {
        require(number > 0, "page is 0");
        require(size > 0 && size <= 200, "invalid page size");
        // A product that overflows panics, as on the network.
        uint256 start = (number - 1) * size;
        uint256 length = list.members.length;
        if (start >= length) return slice;
        uint256 end = length - start < size ? length : start + size;
        slice = new address[](end - start);
        for (uint256 i = start; i < end; i++) slice[i - start] = list.members[i];
    }
}
