import Foundation
import GleanerServer

/// What `gleaner up` says when it is ready.
enum Banner {
    static func key(_ key: String, _ started: AllInOne.Started) {
        print(
            """

            Your first key, shown this once (project default, every scope):

                export GLEANER_KEY=\(key)

            """)
    }

    /// Where the first admin chooses a password.
    static func firstLink(_ link: String) {
        print(
            """
            Nobody can sign in to the console yet. The first admin's link, good once and for a day:

                \(link)

            """)
        Output.flush()
    }

    static func up(_ started: AllInOne.Started) {
        print(
            """
            Gleaner is up.
              console          \(started.consoleURL)
              OpenAI base URL  \(started.baseURL)
              admin            \(started.adminURL)  (/readyz, /metrics)
              provider         \(started.providerNote)
              database         \(started.databaseNote)

            Try it (another terminal; keys: gleaner keys create --project default --scope gateway):
              curl \(started.baseURL)/chat/completions -H "Authorization: Bearer $GLEANER_KEY" \\
                -H "Content-Type: application/json" \\
                -d '{"model":"\(started.model)","messages":[{"role":"user","content":"Do log ke liye masala chai ki recipe batao"}]}'
              gleaner demo       a few hundred conversations, ratings, reviews, and a training file
              psql "\(started.conninfo)" -c "SELECT id, status, requested_model FROM gleaner.exchanges ORDER BY id DESC LIMIT 5"
            Ctrl-C stops everything.
            """)
        Output.flush()
    }
}
