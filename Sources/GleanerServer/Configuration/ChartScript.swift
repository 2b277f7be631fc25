import Foundation
import Logging

/// Chart.js as the system's package has it: not a part of Gleaner.
public struct ChartScript: Sendable, Hashable {
    /// Of versions 3 and 4 of the package.
    private static let places = ["chart.min.js", "chart.umd.min.js", "chart.umd.js"].map {
        "/usr/share/javascript/chart.js/" + $0
    }
    /// Nothing that a browser should wait for is larger.
    private static let largest = 2 << 20

    /// As somebody named it.
    let file: String?

    /// `nil` when there is none, which is said in the log where one was named.
    func bytes(_ logger: Logger) -> [UInt8]? {
        for place in file.map({ [$0] }) ?? Self.places {
            guard let data = FileManager.default.contents(atPath: place), data.count <= Self.largest else { continue }
            return Array(data)
        }
        if let file {
            logger.warning(
                "Chart.js cannot be read: the overview shows pictures instead", metadata: ["file.path": "\(file)"])
        }
        return nil
    }
}
