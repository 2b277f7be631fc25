public import Foundation

extension Date {
    /// Where the hour, day or other stretch of so many seconds begins that this moment is in (UTC).
    public func beginning(ofEach seconds: TimeInterval) -> Date {
        Date(timeIntervalSince1970: (timeIntervalSince1970 / seconds).rounded(.down) * seconds)
    }
}
