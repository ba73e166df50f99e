// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// Checks proofs of ECVRF-SECP256K1-SHA256-TAI, suite 0xFE. Source: CHAIN_PROTOCOL 5. A contract of its own, because the
/// task contract has no room for it.
contract Vrf {
    uint256 private constant P = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFC2F;
    uint256 private constant N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    uint256 private constant GX = 0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798;
    uint256 private constant GY = 0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8;

    /// Affine; (0, 0) is the point at infinity.
    struct Point {
        uint256 x;
        uint256 y;
    }

    /// x = X/Z², y = Y/Z³; Z = 0 is the point at infinity.
    struct Jacobian {
        uint256 x;
        uint256 y;
        uint256 z;
    }

    /// @param publicKey X and Y, 64 bytes
    /// @return beta the output, whose last digit decides the sampling
    function verify(bytes calldata publicKey, bytes32 alpha, bytes calldata proof) external view returns (bytes32 beta) {
        require(proof.length == 81, "Malformed VRF proof");
        uint8 sign = uint8(proof[0]);
        require(sign == 2 || sign == 3, "Invalid compressed EC point prefix");

        Point memory key = Point(uint256(bytes32(publicKey[0:32])), uint256(bytes32(publicKey[32:64])));
        uint256 c = uint128(bytes16(proof[33:49]));
        uint256 s = uint256(bytes32(proof[49:81]));
        (bool isPoint, uint256 gammaY) = _yOf(uint256(bytes32(proof[1:33])), sign == 3);
        require(isPoint, "Invalid VRF proof");
        Point memory gamma = Point(uint256(bytes32(proof[1:33])), gammaY);
        Point memory h = _hashToCurve(key, alpha);

        Point memory u = _combine(s, Point(GX, GY), c, key);
        Point memory v = _combine(s, h, c, gamma);
        bytes32 expected = sha256(
            abi.encodePacked(hex"fe02", _compressed(h), _compressed(gamma), _compressed(u), _compressed(v))
        );
        require(uint128(bytes16(expected)) == c, "Invalid VRF proof");
        return sha256(abi.encodePacked(hex"fe03", _compressed(gamma)));
    }

    function _hashToCurve(Point memory key, bytes32 alpha) private view returns (Point memory) {
        bytes memory start = abi.encodePacked(hex"fe01", _compressed(key), alpha);
        for (uint256 counter = 0; counter < 256; counter++) {
            uint256 x = uint256(sha256(abi.encodePacked(start, uint8(counter))));
            (bool isPoint, uint256 y) = _yOf(x, false);
            if (isPoint) return Point(x, y);
        }
        revert("Invalid VRF proof");
    }

    /// The root of x³ + 7 with the requested parity.
    function _yOf(uint256 x, bool isOdd) private view returns (bool isPoint, uint256 y) {
        if (x >= P) return (false, 0);
        uint256 square = addmod(mulmod(mulmod(x, x, P), x, P), 7, P);
        y = _power(square, (P + 1) / 4);
        if (mulmod(y, y, P) != square) return (false, 0);
        if ((y & 1 == 1) != isOdd) y = P - y;
        return (true, y);
    }

    function _compressed(Point memory point) private pure returns (bytes memory) {
        return abi.encodePacked(point.y & 1 == 1 ? bytes1(0x03) : bytes1(0x02), point.x);
    }

    /// s·A − c·B, processing both scalars at once.
    function _combine(uint256 s, Point memory a, uint256 c, Point memory b) private view returns (Point memory) {
        Point memory minusB = Point(b.x, P - b.y);
        Point memory both = _affine(_add(Jacobian(a.x, a.y, 1), minusB));
        s %= N;
        Jacobian memory sum = Jacobian(0, 0, 0);
        for (uint256 bit = 1 << 255; bit != 0; bit >>= 1) {
            sum = _double(sum);
            bool inS = s & bit != 0;
            bool inC = c & bit != 0;
            if (inS && inC) sum = _add(sum, both);
            else if (inS) sum = _add(sum, a);
            else if (inC) sum = _add(sum, minusB);
        }
        return _affine(sum);
    }

    function _double(Jacobian memory p) private pure returns (Jacobian memory) {
        if (p.z == 0 || p.y == 0) return Jacobian(0, 0, 0);
        uint256 yy = mulmod(p.y, p.y, P);
        uint256 s = mulmod(4, mulmod(p.x, yy, P), P);
        uint256 m = mulmod(3, mulmod(p.x, p.x, P), P);
        uint256 x = addmod(mulmod(m, m, P), P - mulmod(2, s, P), P);
        uint256 y = addmod(mulmod(m, addmod(s, P - x, P), P), P - mulmod(8, mulmod(yy, yy, P), P), P);
        return Jacobian(x, y, mulmod(2, mulmod(p.y, p.z, P), P));
    }

    function _add(Jacobian memory p, Point memory q) private pure returns (Jacobian memory) {
        if (q.x == 0 && q.y == 0) return p;
        if (p.z == 0) return Jacobian(q.x, q.y, 1);
        uint256 zz = mulmod(p.z, p.z, P);
        uint256 h = addmod(mulmod(q.x, zz, P), P - p.x, P);
        uint256 r = addmod(mulmod(q.y, mulmod(zz, p.z, P), P), P - p.y, P);
        if (h == 0) return r == 0 ? _double(p) : Jacobian(0, 0, 0);
        uint256 hh = mulmod(h, h, P);
        uint256 hhh = mulmod(hh, h, P);
        uint256 v = mulmod(p.x, hh, P);
        uint256 x = addmod(addmod(mulmod(r, r, P), P - hhh, P), P - mulmod(2, v, P), P);
        uint256 y = addmod(mulmod(r, addmod(v, P - x, P), P), P - mulmod(p.y, hhh, P), P);
        return Jacobian(x, y, mulmod(p.z, h, P));
    }

    function _affine(Jacobian memory p) private view returns (Point memory) {
        if (p.z == 0) return Point(0, 0);
        uint256 inverse = _power(p.z, P - 2);
        uint256 square = mulmod(inverse, inverse, P);
        return Point(mulmod(p.x, square, P), mulmod(p.y, mulmod(square, inverse, P), P));
    }

    /// base^exponent mod P, using the precompiled contract of EIP-198.
    function _power(uint256 base, uint256 exponent) private view returns (uint256) {
        (bool done, bytes memory result) = address(5).staticcall(abi.encode(32, 32, 32, base, exponent, P));
        assert(done);
        return abi.decode(result, (uint256));
    }
}
