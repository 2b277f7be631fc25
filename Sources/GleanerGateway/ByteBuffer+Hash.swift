import Crypto
import GleanerCore
import NIOCore

extension ByteBuffer {
    /// Of its readable bytes, as exchanges are stored with.
    var sha256: [UInt8] { withUnsafeReadableBytes(SHA256.digest) }
}
