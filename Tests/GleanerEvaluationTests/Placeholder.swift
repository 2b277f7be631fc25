import Testing

@testable import GleanerEvaluation
