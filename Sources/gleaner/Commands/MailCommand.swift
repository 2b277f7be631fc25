import ArgumentParser
import GleanerMail
import GleanerServer

/// Whether mail leaves.
struct MailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mail", abstract: "Try the mail server of the configuration.", subcommands: [Test.self])

    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send a mail.",
            discussion: "Returns once the server has taken it. What the server says is shown when it does not.")

        @Argument(help: "Whom to, such as ann@example.com; several get the same mail.") var addresses: [String]
        @Option(help: "Its subject.") var subject = "Mail from Gleaner works"
        @Option(help: "Its text.") var text =
            "This is a test. If you can read it, Gleaner's alerts and reports can reach you."
        @Option(help: "The same as HTML.") var html: String?

        func run() async throws {
            let environment = try await CommandEnvironment.load()
            guard let mail = environment.configuration.mail else { throw MailError.notConfigured }
            try await SMTPMailer(mail).send(
                MailMessage(to: addresses, subject: subject, text: text, html: html))
            print("\(mail.url) has taken it")
        }
    }
}
