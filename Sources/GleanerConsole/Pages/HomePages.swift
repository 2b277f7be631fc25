import GleanerCore
import HTTPTypes
import Hummingbird

/// `/`: leads everybody to where their work is.
struct HomePages: Sendable {
    let accounts: AccountService

    func add(to console: ConsoleRouter) {
        console.data("/", for: .anyone) { visit in
            let first = Navigation.entries.first { visit.role.may($0.need) }?.path ?? "/account"
            return Response(status: .seeOther, headers: [.location: first])
        }
    }
}
