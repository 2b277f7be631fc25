import Foundation
import NIOCore

/// A body of `multipart/form-data`.
///
/// Source: RFC 7578, and the HTML standard for names: `"`, CR and LF are percent-encoded.
struct Multipart: Sendable {
    let boundary: String
    private var buffer = ByteBuffer()

    init(boundary: String = "gleaner-" + UUID().uuidString.lowercased()) { self.boundary = boundary }

    var contentType: String { "multipart/form-data; boundary=\(boundary)" }

    mutating func field(_ name: String, _ value: String) {
        buffer.writeString(
            "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(Self.quoted(name))\"\r\n\r\n\(value)\r\n")
    }

    mutating func file(_ name: String, filename: String, contentType: String, _ bytes: Data) {
        buffer.reserveCapacity(buffer.readableBytes + bytes.count + 512)
        buffer.writeString(
            "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(Self.quoted(name))\"; "
                + "filename=\"\(Self.quoted(filename))\"\r\nContent-Type: \(contentType)\r\n\r\n")
        buffer.writeBytes(bytes)
        buffer.writeString("\r\n")
    }

    var body: ByteBuffer {
        var whole = buffer
        whole.writeString("--\(boundary)--\r\n")
        return whole
    }

    private static func quoted(_ text: String) -> String {
        text.replacing("\"", with: "%22").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
    }
}
