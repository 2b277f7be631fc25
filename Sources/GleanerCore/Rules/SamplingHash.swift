import Crypto

/// A number from 0 up to 1 that depends on a salt and a key alone, so that every instance decides alike.
///
/// The first 8 bytes of SHA-256("salt:key") as a big-endian integer, its top 53 bits over 2^53. A key that is drawn at
/// one probability is drawn at every higher one.
public enum SamplingHash {
    public static func unit(salt: String, key: String) -> Double {
        let digest = SHA256.hash(data: Array("\(salt):\(key)".utf8))
        let number = digest.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Double(number >> 11) / Double(UInt64(1) << 53)
    }

    public static func draws(_ key: String, salt: String, probability: Double) -> Bool {
        unit(salt: salt, key: key) < probability
    }
}
