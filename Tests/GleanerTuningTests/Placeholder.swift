import Testing

@testable import GleanerTuning
