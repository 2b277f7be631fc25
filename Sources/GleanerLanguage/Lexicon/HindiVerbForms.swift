/// Verb forms, made from stems: *bol* gives *bolna*, *bolti*, *boliye*, *bolunga* … A form that is an English word too is
/// left to English, unless a list has it (`Lexicon`).
enum HindiVerbForms {
    static let consonantStems = """
        bol sun dekh likh padh parh samajh samjh soch chal ruk rok baith uth sikh seekh jit jeet har khel daud dod bhag bhaag
        has hans gir pakad chhod chod tod jod mod khol band bech kharid khareed bhej pahunch pohch pahuch nikal nikaal dhundh
        dhoondh mang maang man maan jaan pehchan pahchan ghum ghoom jhuk kood kud tair nahal badal sambhal sambhaal bhool bhul
        chhup chup mar maar kaat kat pees pis pak bhar utar utaar chadh latak phenk fenk kheench khinch dhak dho pooch puch
        puchh poochh mil rah reh keh kah seh sah beh bah chah chaah lag laut badh ghat gujar guzar nibha sudhar bigad jagah
        jag jaag sataa ubal bhun chakh nach naach tadap chamak mehak dhadak thak rakh
        """
    static let consonantEndings = [
        "", "a", "i", "e", "na", "ne", "ni", "ta", "ti", "te", "o", "iye", "ie", "iyega", "ega", "egi", "enge", "unga",
        "ungi", "oonga", "oge", "ogi", "u", "un", "oon", "en", "ein", "kar", "ke", "wana", "wane", "waya", "wao",
    ]
    static let vowelStems = """
        kha khaa pi pee bana banaa bata bataa dikha dikhaa sikha sikhaa samjha samjhaa suna sunaa bula bulaa laa jala jalaa
        mila milaa chala chalaa uthaa bitha bithaa padha padhaa likha hata hataa bacha bachaa ghuma ghumaa daba dabaa laga
        lagaa kama kamaa paka pakaa gaa rula hasa hasaa sula sulaa jaga jagaa nibhaa pahuncha apna apnaa badha badhaa ghata
        ghataa chhupa mana manaa bhula bhulaa kara karaa dila dilaa pila pilaa khila khilaa
        """
    static let vowelEndings = [
        "na", "ne", "ni", "ta", "ti", "te", "o", "ya", "yi", "ye", "iye", "ie", "iyega", "yega", "ega", "yegi", "egi",
        "yenge", "enge", "unga", "ungi", "oonga", "oge", "kar", "ke", "en", "yen", "ein",
    ]

    static let all: [String] = {
        func forms(_ stems: String, _ endings: [String]) -> [String] {
            stems.split(whereSeparator: \.isWhitespace).flatMap { stem in endings.map { stem + $0 } }
        }
        return forms(consonantStems, consonantEndings) + forms(vowelStems, vowelEndings)
    }()
}
