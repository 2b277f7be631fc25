public import Foundation

extension Sequence<Date> {
    /// First and last of the times that fall into a week, for each week that has any: rows years apart need the partitions of
    /// their own weeks, and none between.
    public var spansByWeek: [(first: Date, last: Date)] {
        Dictionary(grouping: self) { Int($0.timeIntervalSince1970 / (7 * 86_400)) }.values.compactMap { times in
            guard let first = times.min(), let last = times.max() else { return nil }
            return (first, last)
        }
    }
}
