/// Puts the words of one prompt into the answer to another: where the prompts differ by a few words, and the answer
/// repeats those of its own prompt, it gets the other's. The only thing by which a demo fine-tune goes beyond its file.
enum Adaptation {
    /// - Parameters:
    ///   - answer: to `known`.
    ///   - asked: what is to be answered now.
    static func adapt(_ answer: String, from known: String, to asked: String) -> String {
        let replaced = differences(words(known), words(asked))
        return replaced.reduce(answer) { replace($1.known, with: $1.asked, in: $0) }
    }

    /// Runs of words in which the two differ, in order; what only one of them has is left alone.
    static func differences(
        _ known: [Substring], _ asked: [Substring]
    ) -> [(known: [Substring], asked: [Substring])] {
        // Longest common subsequence, by words without regard to case: prompts have a dozen of them.
        guard known.count <= 64, asked.count <= 64 else { return [] }
        let (rows, columns) = (known.count, asked.count)
        var length = Array(repeating: Array(repeating: 0, count: columns + 1), count: rows + 1)
        for row in stride(from: rows - 1, through: 0, by: -1) {
            for column in stride(from: columns - 1, through: 0, by: -1) {
                length[row][column] =
                    same(known[row], asked[column])
                    ? length[row + 1][column + 1] + 1 : max(length[row + 1][column], length[row][column + 1])
            }
        }
        var found: [(known: [Substring], asked: [Substring])] = []
        var open: (known: [Substring], asked: [Substring]) = ([], [])
        func close() {
            if !open.known.isEmpty, !open.asked.isEmpty { found.append(open) }
            open = ([], [])
        }
        var (row, column) = (0, 0)
        while row < rows || column < columns {
            if row < rows, column < columns, same(known[row], asked[column]) {
                close()
                (row, column) = (row + 1, column + 1)
            } else if column == columns || row < rows && length[row + 1][column] >= length[row][column + 1] {
                open.known.append(known[row])
                row += 1
            } else {
                open.asked.append(asked[column])
                column += 1
            }
        }
        close()
        return found
    }

    /// Every run of these words in the text, without regard to case and the signs behind them; a capital stays one.
    private static func replace(_ words: [Substring], with others: [Substring], in text: String) -> String {
        var tokens = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        var start = 0
        while start + words.count <= tokens.count {
            let run = tokens[start..<(start + words.count)]
            guard zip(run, words).allSatisfy({ same(Substring($0), $1) }) else {
                start += 1
                continue
            }
            let tail = String((run.last ?? "").reversed().prefix { !$0.isLetter && !$0.isNumber }.reversed())
            var new = others.map(bare)
            if run.first?.first?.isUppercase == true, let first = new.first {
                new[0] = first.prefix(1).uppercased() + first.dropFirst()
            } else if run.first?.first?.isLowercase == true, words.first?.first?.isUppercase == true,
                let first = new.first
            {
                new[0] = first.prefix(1).lowercased() + first.dropFirst()
            }
            if !new.isEmpty { new[new.count - 1] += tail }
            tokens.replaceSubrange(start..<(start + words.count), with: new)
            start += new.count
        }
        return tokens.joined(separator: " ")
    }

    private static func words(_ text: String) -> [Substring] { text.split(separator: " ") }
    private static func bare(_ word: Substring) -> String {
        String(word.drop { !$0.isLetter && !$0.isNumber }.reversed().drop { !$0.isLetter && !$0.isNumber }.reversed())
    }
    private static func same(_ first: Substring, _ second: Substring) -> Bool {
        bare(first).lowercased() == bare(second).lowercased()
    }
}
