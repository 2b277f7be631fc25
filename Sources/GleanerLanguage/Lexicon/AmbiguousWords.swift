/// Words that are frequent in both languages, and which way each leans when its neighbours say nothing.
///
/// Shape: log-odds, above 0 for Hindi. By hand, from how often either reading is met in chats; 0 when a word is in both lists
/// and not here.
enum AmbiguousWords {
    static let leanings: [String: Double] = [
        "main": 1, "me": 0, "to": 0, "is": -0.5, "the": -0.5, "use": -0.5, "us": 0, "are": -1, "par": 1.5, "hum": 2,
        "do": -0.2, "tan": 0.5, "man": -0.5, "sun": 0, "din": 2, "log": 1, "pas": 2, "so": -1, "he": -1, "hi": 0,
        "ho": 2, "in": -0.7, "an": -2.5, "bat": 0, "mar": 1, "ban": 0, "dam": 0, "bus": 0, "kal": 3, "am": -1.5,
        "or": -0.7, "bad": -1.5, "age": -1, "door": -1, "sir": -2, "dal": 1, "sale": -1.5, "band": 0, "pal": 0,
        "teen": 0,
        "char": 1, "tin": 1, "dus": 2, "sat": 0, "ate": -0.5, "mil": 2, "mile": 0, "mere": 2, "bare": 0.5, "hue": 2,
        "jab": 1.5, "tab": 0, "fir": 2, "mat": 1, "ham": 1, "jungle": -0.5, "mummy": 0, "papa": 0, "rat": 0, "un": 0.5,
        "bhai": 2, "u": -2, "r": -2, "function": -2, "ill": -1, "were": -2, "le": 1.5, "de": 1.5,
        "lo": 1.5, "ya": 1, "h": 2.5, "ana": 1, "like": -2, "one": -2, "gala": 0.5, "pair": -0.5, "pet": -0.5,
        "lie": -1,
    ]
}
