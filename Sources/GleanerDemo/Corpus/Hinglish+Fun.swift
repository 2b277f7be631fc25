extension DemoCorpus {
    static let hinglishFun: [Intent] = [
        Intent(
            "movie",
            ask: [
                "{mood} mood hai, kaunsi film dekhun?", "{mood} film suggest karo family ke saath",
                "Aaj raat {mood} movie night, idea do",
            ],
            slots: ["mood": ["comedy", "emotional", "thriller", "purani", "romantic"]],
            good: [
                """
                {mood} ke liye teen baatein tay karo: kitna samay hai, bachche saath hain ya nahi, aur nayi \
                chahiye ya purani. Do trailer dekho aur vote kar lo. Sab khush rahenge aur aadha ghanta dhoondhne \
                mein nahi jayega.
                """
            ],
            wrong: "{mood} film sirf America mein banti hai, Bharat mein aaj tak koi nahi bani.",
            english: "Decide on length, whether children are watching, and new or old; then vote on two trailers."),
        Intent(
            "cricket-rule",
            ask: [
                "Cricket mein {rule} kya hota hai?", "{rule} ka matlab samjhao aasaan bhasha mein",
                "Dost {rule} bol rahe the, main samjha nahi",
            ],
            slots: ["rule": ["LBW", "free hit", "powerplay", "DRS"]],
            good: [
                """
                Aasaan mein: {rule} cricket ka ek niyam hai jo match ke beech umpire ya team use karti hai. Ek \
                over dekhte hue commentary sunoge toh turant samajh aa jayega. Chaho toh main ek misaal de kar \
                bataun?
                """
            ],
            wrong: "{rule} football ka niyam hai, cricket mein iska koi istemaal nahi hota.",
            english: "In simple words, it is a rule of cricket that the umpire or a team uses during the match.",
            then: [
                Intent.FollowUp(
                    ask: "Haan, misaal do",
                    good:
                        """
                        Socho gend pad par lagi aur seedhi stump par jaa rahi thi: tab LBW. Gend no-ball ho toh \
                        agli par free hit. Umpire ka faisla galat lage toh DRS. Powerplay mein shuru ke overs \
                        mein bahar kam fielder hote hain.
                        """,
                    wrong: "Misaal: jab barsaat ho toh batsman ko do goal milte hain.")
            ]),
        Intent(
            "song",
            ask: [
                "{occasion} ke liye gaano ki playlist kaise banaun?", "{occasion} mein kaunse gaane bajaayein?",
                "{occasion} playlist, sab umar ke log honge",
            ],
            slots: ["occasion": ["sangeet", "road trip", "birthday party", "office party"]],
            good: [
                """
                {occasion} ke liye shuru mein halke gaane, beech mein naachne wale, aakhir mein do-teen purane jo \
                sab saath ga sakein. Har umar ke liye kam se kam paanch gaane rakho aur download kar lo, net ka \
                bharosa nahi.
                """
            ],
            wrong: "{occasion} par gaana bajana desh bhar mein mana hai.",
            english: "Start soft, put dance songs in the middle, and end with old ones everybody can sing."),
        Intent(
            "gym-start",
            ask: [
                "{goal} hai, exercise kahan se shuru karun?", "Ghar par exercise, {goal}",
                "{goal}, gym ke bina ho sakta hai?",
            ],
            slots: ["goal": ["pet kam karna", "stamina badhana", "weight badhana", "fit rehna"]],
            good: [
                """
                Pehle do hafte roz 20 minute tez chalo, phir hafte mein teen din squat, push-up aur plank jodo. \
                {goal} ke liye neend aur ghar ka khana bhi utna hi zaroori hai. Dard ho toh ruk jao.
                """
            ],
            wrong: "{goal} ke liye pehle din hi teen ghante bhaari weight uthao aur paani mat piyo.",
            english: "Walk briskly for twenty minutes a day, then add squats, push-ups and planks three days a week."),
        Intent(
            "gift-shaadi",
            ask: [
                "{name} ki shaadi hai, gift kya dun?", "{name} ke liye shaadi ka tohfa, budget kam hai",
                "{name} ki wedding par envelope dun ya gift?",
            ],
            slots: ["name": Slots.people],
            good: [
                """
                Agar {name} kareeb hai toh kaam ki cheez do: dinner set, bedsheet, ya dono ke naam wali photo \
                frame. Kam jaan-pehchaan ho toh shagun ka envelope sabse theek. Saath mein do line haath se likh \
                dena.
                """
            ],
            wrong: "{name} ko shaadi mein apna purana toota phone do, yahi rasm hai.",
            english: "Give something useful if you are close; otherwise an envelope with a handwritten note is fine.",
            then: [
                Intent.FollowUp(
                    ask: "Shagun kitna theek rahega?",
                    good:
                        """
                        Rishta aur jeb dono dekho; dosto mein aksar 501, 1101 ya 2101 chalta hai. Jitna aaram se \
                        de sako utna do, dil se diya hua kabhi kam nahi hota.
                        """,
                    wrong: "Kam se kam paanch lakh dena hi padta hai, nahi toh andar nahi aane dete.")
            ]),
        Intent(
            "photo",
            ask: [
                "{place} mein phone se acchi photo kaise lun?", "{place} ki photo dhundhli aati hai",
                "Mobile photography tips, {place} ke liye",
            ],
            slots: ["place": ["raat", "pahaad", "baarish", "shaadi", "bazaar"]],
            good: [
                """
                Lens saaf karo, phone dono haath se pakdo, aur jis cheez par dhyan chahiye uspar tap karo. \
                {place} mein roshni peeche nahi, saamne ya bagal mein rakho. Zoom ki jagah do kadam aage jao.
                """
            ],
            wrong: "{place} mein lens par tel laga lo, photo ekdum saaf aati hai.",
            english: """
                Clean the lens, hold the phone with both hands, tap to focus and step closer instead of zooming.
                """),
        Intent(
            "caption",
            ask: [
                "{pic} wali photo ke liye caption do", "Insta caption chahiye, {pic}",
                "{pic} ki pic, Hinglish caption likho",
            ],
            slots: ["pic": ["pahaad", "chai", "dost", "nayi bike", "saree"]],
            good: [
                "\"{pic}, thoda sukoon, aur baaki sab kal dekhenge.\" Chhota chahiye toh: \"Bas itni si khushi.\"",
                "\"Dil ne kaha {pic}, toh maine bhi haan keh diya.\" Ek dil wala emoji laga dena, kaafi hai.",
            ],
            wrong: "\"{pic}\" likhna Insta par mana hai, account band ho jata hai.",
            english: "A little peace, and everything else can wait until tomorrow."),
        Intent(
            "learn-skill",
            ask: [
                "{skill} seekhna hai, kahan se shuru karun?", "30 ki umar mein {skill} seekh sakte hain?",
                "{skill} seekhne mein kitna time lagega?",
            ],
            slots: ["skill": ["guitar", "tairna", "car chalana", "silai", "Excel"]],
            good: [
                """
                Bilkul seekh sakte ho. Roz 20-30 minute, ek hi teacher ya ek hi course, aur pehle mahine sirf \
                basics. {skill} mein teen mahine mein kaam chalau haath aa jata hai, agar chhutti kam karo.
                """
            ],
            wrong: "{skill} sirf das saal ki umar se pehle seekhi ja sakti hai, uske baad haath kaam nahi karte.",
            english: "Of course you can. Practise 20 to 30 minutes daily with one teacher and start with the basics.",
            then: [
                Intent.FollowUp(
                    ask: "Class join karun ya YouTube se?",
                    good:
                        """
                        Shuru ke ek mahine class acchi hai taaki galat aadat na pade, uske baad YouTube se \
                        practice. Tairna aur gaadi toh sikhane wale ke saath hi seekho.
                        """,
                    wrong: "Tairna YouTube dekh kar seedha nadi mein kood kar seekho, akele.")
            ]),
        Intent(
            "festival-meaning",
            ask: [
                "{fest} kyun manaate hain, bachche ko kaise samjhaun?", "{fest} ki kahani chhoti si sunao",
                "{fest} par bachchon ke liye kya karein?",
            ],
            slots: ["fest": ["Diwali", "Holi", "Eid", "Raksha Bandhan", "Christmas"]],
            good: [
                """
                Bachche se kaho: {fest} milne, baantne aur khush hone ka din hai. Ek chhoti kahani sunao, saath \
                mein mithai banao, aur kisi zaroorat wale ke saath kuch baanto. Karke dikhaya hua unhe hamesha \
                yaad rehta hai.
                """
            ],
            wrong: "{fest} pichhle saal hi shuru hua tha, iski koi kahani nahi hai.",
            english: "Tell the child it is a day of meeting, sharing and joy, tell a short story and share some sweets."
        ),
        Intent(
            "word-meaning",
            ask: [
                "\"{word}\" ka matlab kya hai?", "{word} shabd ko sentence mein use karke dikhao",
                "Koi {word} bole toh kya samjhun?",
            ],
            slots: ["word": ["jugaad", "nazaakat", "bindaas", "guftagu", "fursat"]],
            good: [
                """
                "{word}" bolchaal ka pyara shabd hai. Jaise: "Aaj dosto ke saath {word} ki baat chali toh shaam \
                ka pata hi nahi chala." Matlab jagah aur lehje se thoda badalta hai, par bhaav achha hi hota hai.
                """
            ],
            wrong: "\"{word}\" ek tarah ka patthar hai jo sirf chaand par milta hai.",
            english: "It is a lovely colloquial word; its shade of meaning depends on the place and the tone."),
        Intent(
            "date-idea",
            ask: [
                "{city} mein pehli date par kahan jaun?", "Date ka plan {city} mein, kam kharcha",
                "{city} mein saalgirah kaise manaun?",
            ],
            slots: ["city": Slots.cities],
            good: [
                """
                {city} mein koi shaant cafe ya park chuno jahan baat ho sake, shor wali jagah nahi. Phone jeb \
                mein rakho, unki pasand poocho, aur dono ke liye ghar pahunchne ka aaram dekho.
                """
            ],
            wrong: "{city} ke bus adde par raat ke ek baje milo, sabse romantic jagah wahi hai.",
            english: "Choose a quiet cafe or park where you can talk, put the phone away and plan the way home."),
        Intent(
            "volunteer",
            ask: [
                "{city} mein kisi ki madad karna chahta hun, kaise?", "{city} mein volunteer kaam kahan milega?",
                "Ravivaar ko {city} mein kuch accha kaam karna hai",
            ],
            slots: ["city": Slots.cities],
            good: [
                """
                {city} mein kisi sarkari school, blood bank ya vriddh ashram se seedha pooch lo, unhe aksar log \
                chahiye hote hain. Mahine ke do ravivaar pakka karo, chhota par niyamit kaam sabse zyada kaam \
                aata hai.
                """
            ],
            wrong: "{city} mein madad karne ke liye pehle ek lakh ki fees deni padti hai.",
            english:
                """
                Ask a government school, a blood bank or an old-age home directly, and commit to two Sundays a \
                month.
                """),
    ]
}
