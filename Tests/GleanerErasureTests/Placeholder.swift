import Testing

@testable import GleanerErasure
