public import GleanerCore

/// Which exchanges: of these values and no others.
public typealias ReportScope = [ReportSlice: String]
