import Foundation
import GleanerCore
import Testing

@testable import GleanerErasure

@Suite("Subjects of an erasure")
struct ErasureSubjectTests {
    @Test(
        "a name that no exchange can have is refused",
        arguments: [
            (ErasureSubject.Kind.endUser, ""), (.conversation, "a\nb"), (.exchange, "17"), (.endUser, "\u{7F}"),
        ])
    func refused(_ kind: ErasureSubject.Kind, _ text: String) {
        #expect(throws: ErasureError.subjectInvalid(kind)) { try ErasureSubject(kind, text) }
        #expect(throws: ErasureError.subjectInvalid(.endUser)) {
            try ErasureSubject(.endUser, String(repeating: "a", count: 257))
        }
    }

    @Test("a hash is of kind, project and name together, under the key")
    func hashes() throws {
        let (one, other) = (ID<Project>.new(), ID<Project>.new())
        let hash = SubjectHash(key: .init(repeating: 7, count: 32))
        let same = hash(.endUser, "asha", in: one)
        #expect(same == hash(try ErasureSubject(.endUser, "asha"), in: one) && same.count == 32)
        let others = [
            hash(.conversation, "asha", in: one), hash(.endUser, "asha", in: other), hash(.endUser, "ashb", in: one),
            SubjectHash(key: .init(repeating: 8, count: 32))(.endUser, "asha", in: one),
        ]
        #expect(Set(others + [same]).count == 5)
    }

    @Test("a journal keeps what came after the erasure, and what is of others")
    func tombstones() throws {
        let (project, before) = (ID<Project>.new(), Date(timeIntervalSince1970: 1_700_000_000))
        let hash = SubjectHash(key: .init(repeating: 7, count: 32))
        let (gone, alone) = (ID<Exchange>.new(), ID<Exchange>.new())
        let tombstones = Tombstones(
            [
                .init(
                    project: project, hash: hash(.endUser, "asha", in: project), before: before, exchange: nil),
                .init(
                    project: project, hash: hash(.exchange, gone.description, in: project),
                    before: before.addingTimeInterval(5), exchange: gone),
            ], hash: hash)
        func held(
            _ id: ID<Exchange> = .new(), user: String? = nil, conversation: String? = nil, after: Double = 0,
            shadowOf: ID<Exchange>? = nil, in other: ID<Project>? = nil
        ) -> HeldExchange {
            HeldExchange(
                id: id, project: other ?? project, conversation: conversation, endUser: user,
                receivedAt: before.addingTimeInterval(after), shadowOf: shadowOf)
        }
        #expect(tombstones.until == before.addingTimeInterval(5))
        #expect(tombstones.cover(held(user: "asha")) && tombstones.cover(held(user: "asha", after: -60)))
        #expect(!tombstones.cover(held(user: "asha", after: 0.001)))
        #expect(!tombstones.cover(held(user: "asha", in: .new())) && !tombstones.cover(held(conversation: "asha")))
        #expect(tombstones.cover(held(gone, user: "ravi", after: 60)) && tombstones.cover(held(shadowOf: gone)))
        #expect(!tombstones.cover(held(alone)))
    }
}
