import GleanerCore
import Testing

@testable import GleanerReview

@Suite("Whose desk a key sees")
struct ReviewerOfKeyTests {
    private func caller(_ scopes: Set<Scope>) -> Caller {
        Caller(project: .new(), key: .new(), keyName: "asha", scopes: scopes)
    }

    @Test("a key with the scope review is one reviewer, by its own name; one with admin names anybody")
    func names() throws {
        for scopes: Set<Scope> in [[.review], [.review, .read, .datasets]] {
            #expect(try ReviewRoutes.reviewer(nil, caller(scopes)) == "asha")
            #expect(try ReviewRoutes.reviewer("asha", caller(scopes)) == "asha")
            #expect(throws: ReviewError.reviewerNotYours("asha")) { try ReviewRoutes.reviewer("ravi", caller(scopes)) }
        }
        #expect(try ReviewRoutes.reviewer("ravi", caller([.admin])) == "ravi")
        #expect(try ReviewRoutes.reviewer(nil, caller([.admin])) == "asha")
    }
}
